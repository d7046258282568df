import { SpanStatusCode, type Span } from '@opentelemetry/api';
import { ATTR_ERROR_TYPE } from '@opentelemetry/semantic-conventions';

import { readProperty } from '@clew/diagnostics';
import { readError } from '@clew/spans/internal';

/** Records on a span why its request has failed. */
export function setSpanError(span: Span, error: unknown): void {
  if (!span.isRecording()) return;
  const { message, stacktrace: stack } = readError(error);
  const name = errorType(error);
  const code = readProperty(error, 'code') as string | number | undefined; // the SDK prefers it for the type
  span.setAttribute(ATTR_ERROR_TYPE, name);
  span.setStatus({ code: SpanStatusCode.ERROR, message });
  span.recordException({ name, message, ...(stack !== '' && { stack }), ...(code && { code }) });
}

/** The value of `error.type`. */
export function errorType(error: unknown): string {
  const name = readProperty(error, 'name');
  return typeof name === 'string' && name !== '' ? name : readError(error).type;
}
