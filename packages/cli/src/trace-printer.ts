import type { Store, Trace } from '@clew/viewer';

import { counted } from './counted.ts';
import type { LineWriter } from './line-writer.ts';
import type { Shown } from './shown.ts';

export interface TracePrinterOptions {
  readonly show: Shown;
  /** From how many milliseconds on a trace is slow. */
  readonly slowMillis: number;
  /** Width of the terminal; read for each trace, since it changes. */
  readonly columns: () => number;
  readonly colors: boolean;
}

/** Puts traces into text, and counts them. */
export interface TracePrinter {
  /**
   * The text of a trace, in lines without a break at the end. Never throws.
   *
   * @param late number of its spans that came after it was printed before
   */
  print(trace: Trace, late?: number): string;
  /** Traces so far. */
  count(): number;
  /** One line about all traces so far: `2 traces, 1 with errors, slowest 84.1ms`. */
  summary(): string;
}

export async function createTracePrinter({
  show,
  slowMillis,
  columns,
  colors,
}: TracePrinterOptions): Promise<TracePrinter> {
  const { traceLine, waterfall, traceHasError, traceHasException, traceDurationNanos, formatDuration, printable } =
    await import('@clew/viewer');
  const failed = new Set<string>();
  let count = 0;
  let slowest = 0n;
  let isLegendTold = false;

  function unfolds(trace: Trace): boolean {
    if (show.traces.has('all')) return true;
    if (show.traces.has('slow') && Number(traceDurationNanos(trace)) / 1e6 >= slowMillis) return true;
    return show.traces.has('errors') && (traceHasError(trace) || traceHasException(trace));
  }

  function textOf(trace: Trace, late: number): string {
    if (traceHasError(trace)) failed.add(trace.traceId);
    const duration = traceDurationNanos(trace);
    if (duration > slowest) slowest = duration;
    const width = columns();
    const suffix = late === 0 ? '' : `  +${late} late`;
    const line = traceLine(trace, { columns: width - suffix.length, colors }) + suffix;
    if (!unfolds(trace)) return line;
    const { attributes } = show;
    const tree = waterfall(trace, { columns: width, colors, attributes, legend: !isLegendTold });
    isLegendTold ||= tree.includes('▒');
    return `${line}\n${tree}`;
  }

  return {
    print(trace, late = 0) {
      if (late === 0) count += 1;
      try {
        return textOf(trace, late);
      } catch (error) {
        // A trace that cannot be drawn must not take down the command that is running.
        return `clew: trace ${trace.traceId} could not be printed: ${printable(String(error))}`;
      }
    },
    count: () => count,
    summary() {
      if (count === 0) return 'no traces';
      const errors = failed.size === 0 ? '' : `, ${failed.size} with errors`;
      return `${counted(count, 'trace')}${errors}, slowest ${formatDuration(slowest)}`;
    },
  };
}

/** Writes each trace of the store when it is complete, and again when spans of it come late. */
export function followTraces(store: Store, printer: TracePrinter, writer: LineWriter): void {
  store.subscribe({
    traceComplete: (trace) => writer.write(printer.print(trace)),
    lateSpans: (trace, late) => writer.write(printer.print(trace, late.length)),
  });
}
