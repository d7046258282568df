import { type Command, InvalidArgumentError, Option } from 'commander';

import { parseMillis } from '../option-values.ts';
import { SHOWN, type Shown } from '../trace-printer.ts';

/** The options of every command that prints traces. */
export interface PrintingOptions {
  readonly port: number;
  readonly show: Shown;
  readonly slowMs: number;
}

export const PRINTING_DEFAULTS: PrintingOptions = { port: 4318, show: 'errors-and-slow', slowMs: 1000 };

export function addPrintingOptions(command: Command): Command {
  const show = new Option('--show <which>', 'traces that unfold into a waterfall; the others are one line');
  return command
    .option('--port <port>', 'port of the viewer; 0 takes any', parsePort, PRINTING_DEFAULTS.port)
    .addOption(show.choices(SHOWN).default(PRINTING_DEFAULTS.show))
    .option(
      '--slow-ms <ms>',
      'a trace that takes at least this many milliseconds is slow',
      parseMillis,
      PRINTING_DEFAULTS.slowMs,
    );
}

function parsePort(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw new InvalidArgumentError('expected a number from 0 to 65535');
}
