import { isSpanContextValid, SpanStatusCode, type Attributes, type SpanContext } from '@opentelemetry/api';

import { heldLogs } from './shared-held-logs.ts';

/** What is read of the spans of OpenTelemetry's SDK. */
interface JudgedSpan {
  spanContext(): SpanContext;
  readonly parentSpanContext?: SpanContext | undefined;
  readonly status: { readonly code: SpanStatusCode };
  readonly events: readonly { readonly name: string }[];
  readonly attributes: Attributes;
}

/** A span processor that only looks. */
export interface Judge {
  onStart(span: JudgedSpan): void;
  onEnd(span: JudgedSpan): void;
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
      if (span.attributes[INCOMPLETE] === true) logs.keepOpen();
      else if (hasFailed(span)) logs.keep(traceId);
      if (isLocalRoot(span)) logs.end(traceId);
    },
    forceFlush: () => Promise.resolve(),
    shutdown: () => Promise.resolve(),
  };
}

function isLocalRoot({ parentSpanContext: parent }: JudgedSpan): boolean {
  return parent === undefined || parent.isRemote === true || !isSpanContextValid(parent);
}

function hasFailed({ status, events }: JudgedSpan): boolean {
  return status.code === SpanStatusCode.ERROR || events.some(({ name }) => name === 'exception');
}
