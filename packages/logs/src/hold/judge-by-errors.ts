import { traceLifetimes, type ReadableSpan, type TraceLifetimes } from '@clew/spans/internal';

import type { TraceVerdicts } from './held-logs.ts';
import { heldLogs } from './shared-held-logs.ts';

/** A span processor that only looks. */
export interface Judge {
  onStart(span: ReadableSpan): void;
  onEnd(span: ReadableSpan): void;
  forceFlush(): Promise<void>;
  shutdown(): Promise<void>;
}

/**
 * A span processor that decides about held logs: a trace is kept as soon as a span of it ends with an error or with an
 * exception event, and when the process ends before its spans do.
 */
export function judgeByErrors(): Judge {
  const lifetimes = traceLifetimes();
  const stop = keepFailedTraces(heldLogs(), lifetimes);
  return {
    onStart: (span) => lifetimes.spanStarted(span),
    onEnd: (span) => lifetimes.spanEnded(span),
    forceFlush: () => Promise.resolve(),
    shutdown: async () => stop(),
  };
}

/**
 * Judges by errors alone: the first error keeps a trace, and a trace that ends without one is dropped. For an SDK whose
 * own span processor tells the lifetimes of traces.
 *
 * @returns stops judging
 */
export function keepFailedTraces(verdicts: TraceVerdicts, lifetimes: TraceLifetimes): () => void {
  const stopJudging = verdicts.judge();
  const unsubscribe = lifetimes.subscribe({
    firstError: (traceId) => verdicts.keep(traceId),
    rootEnded: (traceId) => verdicts.drop(traceId),
  });
  return () => {
    unsubscribe();
    stopJudging();
  };
}
