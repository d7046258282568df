import type { Span, SpanProcessor } from '@opentelemetry/sdk-trace';

import { INCOMPLETE } from '../otel/incomplete.ts';
import { spanObserver } from '../otel/span-observer.ts';

/** A program that forgets to end its spans must not keep them for ever. */
const MAX_OPEN = 4096;

/** The spans that were started and have not ended. */
export interface OpenSpans {
  readonly processor: SpanProcessor;
  count(): number;
  /** Ends them now, marked as incomplete. */
  endAll(): void;
}

/** Remembers up to 4,096 open spans, the youngest. */
export function createOpenSpans(): OpenSpans {
  const open = new Map<object, Span>();
  return {
    processor: spanObserver({
      onStart(span) {
        if (open.size >= MAX_OPEN) open.delete(open.keys().next().value as object);
        open.set(span, span);
      },
      onEnd: (span) => void open.delete(span),
    }),
    count: () => open.size,
    endAll() {
      for (const span of open.values()) span.setAttribute(INCOMPLETE, true).end();
    },
  };
}
