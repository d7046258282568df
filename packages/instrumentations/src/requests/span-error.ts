import { SpanStatusCode, type Span } from '@opentelemetry/api';
import { ATTR_ERROR_TYPE } from '@opentelemetry/semantic-conventions';

import { readProperty } from '@clew/diagnostics';
import { readError } from '@clew/spans/internal';

/**
 * Records on a span why its request has failed.
 *
 * @param type the value of `error.type`; that of the exception, too, where the error has no code
 */
export function setSpanError(span: Span, error: unknown, type: string): void {
  if (!span.isRecording()) return;
  const { message, stacktrace: stack } = readError(error);
  span.setAttribute(ATTR_ERROR_TYPE, type);
  span.setStatus({ code: SpanStatusCode.ERROR, message });
  span.recordException({ name: errorCode(error) ?? type, message, ...(stack !== '' && { stack }) });
}

/** The name of an error, as `error.type`. */
export function errorName(error: unknown): string {
  const name = readProperty(error, 'name');
  return typeof name === 'string' && name !== '' ? name : readError(error).type;
}

/** The code of Node's and undici's errors. Those of the DOM have numbers that mean nothing to anybody. */
export function errorCode(error: unknown): string | undefined {
  const code = readProperty(error, 'code');
  return typeof code === 'string' && code !== '' ? code : undefined;
}
