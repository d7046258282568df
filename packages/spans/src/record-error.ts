import { guard } from '@clew/diagnostics';
import { SpanStatusCode, type Attributes, type Span } from '@opentelemetry/api';

import { readError } from './read-error.ts';
import { hasException } from './readable-span.ts';

/**
 * Marks a span as failed by what was thrown: status `ERROR` with the message, `error.type`, and one `exception` event
 * whose `exception.stacktrace` goes on with each `cause`, after `Caused by:`. Never throws, whatever was thrown.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/exceptions/exceptions-spans/
 */
export function recordError(span: Span, error: unknown): void {
  guard('recording an error', undefined, () => {
    const { type, message, stacktrace } = readError(error);
    span.setAttribute('error.type', type);
    span.setStatus({ code: SpanStatusCode.ERROR, message });
    if (hasException(span, message)) return; // the application recorded it before it threw it on
    const attributes: Attributes = { 'exception.type': type, 'exception.message': message };
    if (stacktrace !== '') attributes['exception.stacktrace'] = stacktrace;
    span.addEvent('exception', attributes);
  });
}
