import { basename } from 'node:path';
import { addAbortSignal } from 'node:stream';

import type { Command } from 'commander';

import { type Ending, FAILURE, SUCCESS } from '../ending.ts';
import { openInput, STDIN } from '../input-file.ts';
import { logSummary, type Mishaps } from '../log-summary.ts';
import { createLogTraces, type LogTraces } from '../log-traces.ts';
import { parseMib, parseTraceId } from '../option-values.ts';
import { printableError } from '../printable-error.ts';
import { readLines } from '../read-lines.ts';
import { reasonOf } from '../reason-of.ts';
import { writeText } from '../write-text.ts';

export interface LogsOptions {
  readonly trace?: string;
  readonly all: boolean;
  readonly bufferMib: number;
}

export const LOGS_DEFAULTS = { bufferMib: 256 } as const;

const MAX_LINE_LENGTH = 2 ** 20; // characters
const MIB = 2 ** 20;

export function addLogsCommand(program: Command, onEnd: (ending: Ending) => void): void {
  const command = program
    .command('logs')
    .description('group the lines of JSON logs by trace and print them to stdout; needs no backend')
    .argument('[file...]', 'files of log lines; none or - is stdin')
    .option('--trace <id>', 'only traces whose id begins with this', parseTraceId)
    .option('--all', 'also print lines without a trace id, as they come', false)
    .option(
      '--buffer-mib <mib>',
      'memory for lines that wait for others of their trace',
      parseMib,
      LOGS_DEFAULTS.bufferMib,
    );
  command.action(async (files: string[], options: LogsOptions) => {
    if (files.length === 0 && process.stdin.isTTY) {
      return command.error('clew: logs needs files or a pipe, e.g. clew logs gateway.log orders.log');
    }
    onEnd(await showLogs(files.length === 0 ? [STDIN] : files, options));
  });
}

async function showLogs(files: readonly string[], options: LogsOptions): Promise<Ending> {
  const { stdout } = process;
  const traces = await createLogTraces({
    ...(options.trace !== undefined && { trace: options.trace }),
    all: options.all,
    maxBytes: options.bufferMib * MIB,
    ...(stdout.isTTY && { columns: stdout.columns }),
    colors: stdout.isTTY && stdout.hasColors(),
  });
  const mishaps: Mishaps = { tooLong: 0, unreadable: 0 };
  for await (const text of textsOf(files, traces, mishaps)) {
    const isRead = await writeText(stdout, text);
    if (!isRead) return SUCCESS; // head has seen enough
  }
  for (const line of logSummary(traces.counts, mishaps, options)) process.stderr.write(`${line}\n`);
  return traces.counts.traces === 0 || mishaps.unreadable > 0 ? FAILURE : SUCCESS;
}

/** Yields each text to show as soon as it is known. Ctrl-C ends the input; what was read by then is shown. */
async function* textsOf(files: readonly string[], traces: LogTraces, mishaps: Mishaps): AsyncGenerator<string> {
  const interruption = new AbortController();
  process.once('SIGINT', () => interruption.abort());
  const reading = { maxLength: MAX_LINE_LENGTH, onTooLong: () => void (mishaps.tooLong += 1) };
  for (const file of files) {
    try {
      const input = addAbortSignal(interruption.signal, openInput(file));
      for await (const lines of readLines(input, reading)) {
        for (const line of lines) {
          for (const text of traces.add(line, serviceOf(file))) yield text; // yield* would wait for each line
        }
      }
    } catch (error) {
      if (interruption.signal.aborted) break;
      mishaps.unreadable += 1;
      process.stderr.write(`clew: ${await printableError(`${file}: ${reasonOf(error as NodeJS.ErrnoException)}`)}\n`);
    }
  }
  yield* traces.end();
}

/** `orders` for `logs/orders.log` and `orders.log.1`: many a logger writes no name of the service. */
function serviceOf(file: string): string | undefined {
  return file === STDIN ? undefined : basename(file).replace(/(?<=.)\..*$/, '');
}
