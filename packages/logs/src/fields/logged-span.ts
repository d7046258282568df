import type { Attributes, Span, SpanContext, SpanKind } from '@opentelemetry/api';

/** A span with what the spans of OpenTelemetry's SDK let read; one that records nothing has none of it. */
export interface LoggedSpan extends Span {
  readonly [LOCAL_ROOT]?: LoggedSpan;
  readonly name?: string;
  readonly kind?: SpanKind;
  readonly attributes?: Attributes;
  readonly parentSpanContext?: SpanContext;
  readonly resource?: { readonly attributes: Attributes; readonly asyncAttributesPending?: boolean };
}

// `@clew/spans` notes it there; a sibling that is not imported.
const LOCAL_ROOT: unique symbol = Symbol.for('clew.local-root') as never;

/** The span at which the trace of this one entered the process; `undefined` where that cannot be told. */
export function localRootOf(span: LoggedSpan): LoggedSpan | undefined {
  return span[LOCAL_ROOT] ?? (isLocalRoot(span) ? span : undefined);
}

function isLocalRoot(span: LoggedSpan): boolean {
  if (!('parentSpanContext' in span)) return false;
  return span.parentSpanContext === undefined || span.parentSpanContext.isRemote === true;
}
