import type { Viewer } from '@clew/viewer';
import { type Command, InvalidArgumentError, Option } from 'commander';

import { parseMillis } from '../option-values.ts';
import { DEFAULT_SHOW, parseShown, type Shown } from '../shown.ts';
import { createTracePrinter, type TracePrinter } from '../trace-printer.ts';

/** The options of every command that prints traces. */
export interface PrintingOptions {
  readonly port: number;
  /** `false` for no gRPC; `undefined` where nothing is said. */
  readonly grpc?: number | false;
  readonly show: Shown;
  readonly slowMs: number;
  /** Opens the page in a browser. */
  readonly open?: boolean;
  /** File that all telemetry is written to. */
  readonly save?: string;
}

export const PRINTING_DEFAULTS: Readonly<Record<'port' | 'grpc' | 'slowMs', number> & Record<'show', string>> = {
  port: 4318,
  grpc: 4317,
  show: DEFAULT_SHOW,
  slowMs: 1000,
};

const DEFAULT_COLUMNS = 100;

export function addPrintingOptions(command: Command): Command {
  const show = new Option(
    '--show <what>',
    'traces that unfold: all, errors, slow or none; attributes adds those of every span; with commas between',
  );
  return command
    .option('--port <port>', 'port of the viewer; 0 takes any', parsePort, PRINTING_DEFAULTS.port)
    .option('--grpc <port>', `port for OTLP over gRPC; 0 takes any (default: ${PRINTING_DEFAULTS.grpc})`, parsePort)
    .option('--no-grpc', 'receive nothing over gRPC')
    .addOption(show.argParser(parseShown).default(parseShown(PRINTING_DEFAULTS.show), PRINTING_DEFAULTS.show))
    .option(
      '--slow-ms <ms>',
      'a trace that takes at least this many milliseconds is slow',
      parseMillis,
      PRINTING_DEFAULTS.slowMs,
    )
    .option('--open', 'open the page in the browser')
    .option('--save <file>', 'write all telemetry to a file, for clew view', parseSave);
}

/** Port for OTLP over gRPC; `undefined` for none. */
export function grpcPortOf({ grpc }: PrintingOptions): number | undefined {
  return grpc === false ? undefined : (grpc ?? PRINTING_DEFAULTS.grpc);
}

/** Says where a viewer receives over gRPC, or why it does not. */
export function grpcLines(viewer: Viewer | undefined): string[] {
  if (viewer?.grpcUrl !== undefined) return [`OTLP over gRPC on ${viewer.grpcUrl}`];
  return viewer?.grpcProblem === undefined ? [] : [`no OTLP over gRPC: ${viewer.grpcProblem}`];
}

/** A printer of traces for a stream that may be a terminal. */
export function printerFor(stream: NodeJS.WriteStream, { show, slowMs }: PrintingOptions): Promise<TracePrinter> {
  return createTracePrinter({
    show,
    slowMillis: slowMs,
    columns: () => stream.columns ?? DEFAULT_COLUMNS,
    colors: stream.isTTY && stream.hasColors(),
  });
}

function parsePort(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw new InvalidArgumentError('expected a number from 0 to 65535');
}

/** Where the file was forgotten, `--` stands in its place. */
function parseSave(text: string): string {
  if (text !== '' && text !== '--') return text;
  throw new InvalidArgumentError('expected the name of a file');
}
