import type { Store, Trace } from '@clew/viewer';

import type { LineWriter } from './line-writer.ts';

/** Which traces unfold into a waterfall; the others are one line. */
export const SHOWN = ['all', 'errors', 'slow', 'none', 'errors-and-slow'] as const;
export type Shown = (typeof SHOWN)[number];

export interface TracePrinterOptions {
  readonly show: Shown;
  /** From how many milliseconds on a trace is slow. */
  readonly slowMillis: number;
  /** Width of the terminal; read for each trace, since it changes. */
  readonly columns: () => number;
  readonly colors: boolean;
}

export interface TracePrinter {
  /** One line about all traces so far: `2 traces, 1 with errors, slowest 84.1ms`. */
  summary(): string;
}

/** Writes each trace of the store when it is complete, and again when spans of it come late. */
export async function printTraces(
  store: Store,
  writer: LineWriter,
  { show, slowMillis, columns, colors }: TracePrinterOptions,
): Promise<TracePrinter> {
  const { traceLine, waterfall, traceHasError, traceHasException, traceDurationNanos, formatDuration } =
    await import('@clew/viewer');
  const failed = new Set<string>();
  let count = 0;
  let slowest = 0n;

  function unfolds(trace: Trace): boolean {
    const isSlow = Number(traceDurationNanos(trace)) / 1e6 >= slowMillis;
    const hasErrors = traceHasError(trace) || traceHasException(trace);
    if (show === 'errors-and-slow') return isSlow || hasErrors;
    return show === 'all' || (show === 'errors' && hasErrors) || (show === 'slow' && isSlow);
  }

  function print(trace: Trace, late: string): void {
    if (traceHasError(trace)) failed.add(trace.traceId);
    const duration = traceDurationNanos(trace);
    if (duration > slowest) slowest = duration;
    const width = columns();
    const line = traceLine(trace, { columns: width - late.length, colors }) + late;
    writer.write(unfolds(trace) ? `${line}\n${waterfall(trace, { columns: width, colors })}` : line);
  }

  /** A trace that cannot be drawn must not take down the command that is running. */
  function tryToPrint(trace: Trace, late: string): void {
    try {
      print(trace, late);
    } catch (error) {
      writer.write(`clew: trace ${trace.traceId} could not be printed: ${String(error)}`);
    }
  }

  store.subscribe({
    traceComplete(trace) {
      count += 1;
      tryToPrint(trace, '');
    },
    lateSpans: (trace, late) => tryToPrint(trace, `  +${late.length} late`),
  });
  return {
    summary() {
      if (count === 0) return 'no traces';
      const traces = `${count} ${count === 1 ? 'trace' : 'traces'}`;
      const errors = failed.size === 0 ? '' : `, ${failed.size} with errors`;
      return `${traces}${errors}, slowest ${formatDuration(slowest)}`;
    },
  };
}
