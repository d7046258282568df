import { SpanStatusCode } from '@opentelemetry/api';

import { hasException, isLocalRoot, type ReadableSpan } from '@clew/spans/internal';

import { heldLogs } from './shared-held-logs.ts';

/** A span processor that only looks. */
export interface Judge {
  onStart(span: ReadableSpan): void;
  onEnd(span: ReadableSpan): void;
  forceFlush(): Promise<void>;
  shutdown(): Promise<void>;
}

/** Set by `@clew/sdk` on the spans that the end of the process has ended. */
const INCOMPLETE = 'clew.incomplete';

/**
 * A span processor that decides about held logs: a trace is kept as soon as a span of it ends with an error or with an
 * exception event, and when the process ends before its spans do.
 */
export function judgeByErrors(): Judge {
  const logs = heldLogs();
  logs.judge();
  return {
    onStart(span) {
      if (isLocalRoot(span)) logs.begin(span.spanContext().traceId);
    },
    onEnd(span) {
      const { traceId } = span.spanContext();
      if (span.attributes?.[INCOMPLETE] === true) logs.keepOpen();
      else if (hasFailed(span)) logs.keep(traceId);
      if (isLocalRoot(span)) logs.end(traceId);
    },
    forceFlush: () => Promise.resolve(),
    shutdown: () => Promise.resolve(),
  };
}

function hasFailed(span: ReadableSpan): boolean {
  return span.status?.code === SpanStatusCode.ERROR || hasException(span);
}
