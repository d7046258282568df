import type { Span } from '@opentelemetry/sdk-trace';

import type { TraceLifetimes } from '@clew/spans/internal';

import { INCOMPLETE } from '../otel/incomplete.ts';

/** The spans that were started and have not ended. */
export interface OpenSpans {
  count(): number;
  /** Ends them now, marked as incomplete. Their traces are given up first. */
  endAll(): void;
}

export function createOpenSpans(lifetimes: TraceLifetimes): OpenSpans {
  return {
    count: lifetimes.openSpanCount,
    endAll() {
      lifetimes.giveUp();
      for (const span of lifetimes.openSpans() as Iterable<Span>) span.setAttribute(INCOMPLETE, true).end();
    },
  };
}
