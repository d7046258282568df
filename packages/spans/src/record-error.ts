import { describeError, guard, readProperty } from '@clew/diagnostics';
import { SpanStatusCode, type Attributes, type Span } from '@opentelemetry/api';

import { hasException } from './readable-span.ts';

const MAX_CAUSES = 8;

/**
 * Marks a span as failed by what was thrown: status `ERROR` with the message, `error.type`, and one `exception` event
 * whose `exception.stacktrace` goes on with each `cause`, after `Caused by:`. Never throws, whatever was thrown.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/exceptions/exceptions-spans/
 */
export function recordError(span: Span, error: unknown): void {
  guard('recording an error', undefined, () => {
    const type = typeOf(error);
    const message = messageOf(error);
    span.setAttribute('error.type', type);
    span.setStatus({ code: SpanStatusCode.ERROR, message });
    if (hasException(span, message)) return; // the application recorded it before it threw it on
    const attributes: Attributes = { 'exception.type': type, 'exception.message': message };
    const stacktrace = stacktraceOf(error);
    if (stacktrace !== '') attributes['exception.stacktrace'] = stacktrace;
    span.addEvent('exception', attributes);
  });
}

/** The error's name, its class where the name says no more than `Error`, or the type of another value. */
function typeOf(error: unknown): string {
  if (error === null || typeof error !== 'object') return error === null ? 'null' : typeof error;
  const name = readProperty(error, 'name');
  if (typeof name === 'string' && name !== '' && name !== 'Error') return name;
  const className = readProperty(readProperty(error, 'constructor'), 'name');
  return typeof className === 'string' && className !== '' ? className : 'Error';
}

function messageOf(error: unknown): string {
  const message = readProperty(error, 'message');
  return typeof message === 'string' ? message : describeError(error);
}

function stacktraceOf(error: unknown): string {
  const stacks: string[] = [];
  const seen = new Set<unknown>();
  for (let each = error; isObject(each) && !seen.has(each) && seen.size <= MAX_CAUSES; each = causeOf(each)) {
    seen.add(each);
    const stack = readProperty(each, 'stack');
    stacks.push(typeof stack === 'string' ? stack : describeError(each));
  }
  return stacks.join('\nCaused by: ');
}

const causeOf = (error: unknown) => readProperty(error, 'cause');

const isObject = (value: unknown) => typeof value === 'object' && value !== null;
