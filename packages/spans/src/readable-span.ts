import type { Attributes, SpanContext, SpanKind, SpanStatus } from '@opentelemetry/api';

import { readProperty } from '@clew/diagnostics';

/**
 * A span with the fields that the spans of OpenTelemetry's SDK let read. A span that records nothing, or one of another
 * SDK, has none of them.
 */
export interface ReadableSpan {
  spanContext(): SpanContext;
  readonly name?: string;
  readonly kind?: SpanKind;
  readonly parentSpanContext?: SpanContext | undefined;
  readonly attributes?: Attributes;
  readonly status?: SpanStatus;
  readonly events?: readonly { readonly name: string; readonly attributes?: Attributes }[];
  readonly resource?: { readonly attributes: Attributes; readonly asyncAttributesPending?: boolean };
}

const EXCEPTION = 'exception';

/**
 * Tells a span on which an exception is recorded already. A span that hides its events has none.
 *
 * @param message the `exception.message` to look for; any exception without it
 */
export function hasException(span: ReadableSpan, message?: string): boolean {
  const events = readProperty(span, 'events');
  if (!Array.isArray(events) || events.length === 0) return false;
  return events.some((event: unknown) => {
    if (readProperty(event, 'name') !== EXCEPTION) return false;
    const recorded = readProperty(readProperty(event, 'attributes'), 'exception.message') ?? ''; // an empty one is left out
    return message === undefined || recorded === message;
  });
}
