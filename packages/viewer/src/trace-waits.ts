import type { SpanRecord } from './span-record.ts';
import type { Store } from './store/create-store.ts';
import { firstLocalRoot, type Trace } from './trace.ts';
import { cut, printableStart } from './terminal/printable.ts';
import { waitFor } from './wait-for.ts';

export interface WaitOptions {
  /** Default: 5000. */
  readonly timeoutMillis?: number;
}

export interface WaitForSpansOptions extends WaitOptions {
  /** Default: 1. */
  readonly count?: number;
}

/** Waiting for what a store gets, instead of sleeping. */
export interface TraceWaits {
  /**
   * Resolves with the first complete trace that matches, of those that are here or come.
   * Rejects after the timeout with the list of what came instead.
   */
  waitForTrace(predicate: (trace: Trace) => boolean, options?: WaitOptions): Promise<Trace>;
  /** Resolves with the spans that match as soon as there are `count` of them, whether their traces are complete or not. */
  waitForSpans(predicate: (span: SpanRecord) => boolean, options?: WaitForSpansOptions): Promise<SpanRecord[]>;
}

export const WAIT_DEFAULTS: Required<WaitForSpansOptions> = { timeoutMillis: 5000, count: 1 };

/** Traces that `describeTraces` tells of: the last ones. */
export const DESCRIBED_TRACES = 10;
const DESCRIBED_NAME = 100;

/** @param closed ends all waits: nothing more will come */
export function createTraceWaits(store: Store, closed: AbortSignal): TraceWaits {
  return {
    waitForTrace: (predicate, { timeoutMillis = WAIT_DEFAULTS.timeoutMillis } = {}) =>
      waitFor<Trace>({
        look: () => store.traces().find((trace) => trace.complete && predicate(trace)),
        onChange(lookAgain) {
          const lookAt = (trace: Trace) => lookAgain(() => (predicate(trace) ? trace : undefined));
          return store.subscribe({ traceComplete: lookAt, lateSpans: lookAt });
        },
        explain: () => `no complete trace matched; ${describeTraces(store.traces())}`,
        timeoutMillis,
        closed,
      }),
    waitForSpans(predicate, { count = WAIT_DEFAULTS.count, timeoutMillis = WAIT_DEFAULTS.timeoutMillis } = {}) {
      let matching: SpanRecord[] = [];
      const enough = () => (matching.length >= count ? [...matching] : undefined);
      const without = (isGone: (span: SpanRecord) => boolean) => {
        matching = matching.filter((span) => !isGone(span));
      };
      return waitFor({
        look() {
          matching = store.traces().flatMap((trace) => trace.spans.filter((span) => predicate(span)));
          return enough();
        },
        onChange: (lookAgain) =>
          store.subscribe({
            spansAdded: (spans) =>
              lookAgain(() => {
                for (const span of spans) if (predicate(span)) matching.push(span);
                return enough();
              }),
            traceEvicted: (traceId) => without((span) => span.traceId === traceId),
            cleared: () => without(() => true),
          }),
        explain: () => `${matching.length} of ${count} spans matched; ${describeTraces(store.traces())}`,
        timeoutMillis,
        closed,
      });
    },
  };
}

/** Tells what was received, for whom what was waited for did not come. */
export function describeTraces(traces: readonly Trace[]): string {
  if (traces.length === 0) return 'nothing was received';
  const lines = traces.slice(-DESCRIBED_TRACES).map((trace) => {
    const name = cut(printableStart(firstLocalRoot(trace)?.name ?? '(no root received)'), DESCRIBED_NAME);
    return `${name} (${trace.spans.length} spans${trace.complete ? '' : ', not complete'})`;
  });
  return `received: ${lines.join(', ')}`;
}
