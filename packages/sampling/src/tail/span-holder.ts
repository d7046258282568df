import type { ReadableSpan, SpanProcessor } from '@opentelemetry/sdk-trace';

import { tellOnce } from '../tell-once.ts';
import { amendedSpan } from './amended-span.ts';
import type { Amendment } from './ended-span.ts';
import type { SpanSink } from './trace-table.ts';

/** Counts of spans by what became of them. */
export interface HolderCounts {
  /** Handed on. */
  readonly kept: number;
  readonly sampledOut: number;
  /** Left out of a trace that is kept: it had too many, or there was no room. */
  readonly leftOut: number;
}

/** Spans that wait as the objects that they are. */
export interface SpanHolder extends SpanSink<ReadableSpan> {
  /** Does the work of taking a span; what is behind may record another one meanwhile. */
  during(span: ReadableSpan, work: () => void): void;
  counts(): HolderCounts;
}

/** @param next gets what is kept */
export function createSpanHolder(next: Pick<SpanProcessor, 'onEnd'>): SpanHolder {
  const counts = { kept: 0, sampledOut: 0, leftOut: 0 };
  const tellFailure = tellOnce(
    'error',
    'a span processor behind the tail sampler failed at the end of a span; later failures stay silent',
  );
  let current: ReadableSpan | undefined;

  function handOn(span: ReadableSpan, amendment: Amendment | undefined): void {
    counts.kept += 1;
    try {
      next.onEnd(amendedSpan(span, amendment));
    } catch (error) {
      tellFailure(error);
    }
  }

  return {
    during(span, work) {
      const outer = current;
      current = span;
      try {
        work();
      } finally {
        current = outer;
      }
    },
    hold: () => current,
    pass: (amendment) => current && handOn(current, amendment),
    refuse: () => void (counts.sampledOut += 1),
    release: ({ item }, amendment) => handOn(item, amendment),
    discard: () => void (counts.sampledOut += 1),
    leaveOut: (count, isKept) => void (counts[isKept ? 'leftOut' : 'sampledOut'] += count),
    isNearlyFull: () => false,
    counts: () => ({ ...counts }),
  };
}
