import type { AnyValue, Span } from '@opentelemetry/api';

import { readProperty } from '@clew/diagnostics';
import { hasException, type ReadableSpan } from '@clew/spans/internal';

import type { LoggedException } from './log-line.ts';
import { plainValue } from './plain-value.ts';

const FIRST_LINE = /^(?:Uncaught )?([A-Za-z_$][\w$.]*): (.*)/;

/**
 * Reads what an error became in a line, as pino's and bunyan's serializers write it: `{ type or name, message, stack }`.
 *
 * @returns undefined for what is no error
 */
export function exceptionOf(error: unknown): LoggedException | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const { type, name, message, stack } = error as Record<string, unknown>;
  if (typeof message !== 'string' || (typeof stack !== 'string' && typeof type !== 'string')) return undefined;
  const found = [type, name].find((each) => typeof each === 'string' && each !== '') as string | undefined;
  return {
    message,
    ...(found !== undefined && { type: found }),
    ...(typeof stack === 'string' && { stacktrace: stack }),
  };
}

/**
 * Fields of an error in a line besides those that `exceptionOf` reads: its code, its causes, fields of the application.
 *
 * @returns plain data; undefined where there is nothing
 */
export function restOfError(error: unknown): Record<string, AnyValue> | undefined {
  const {
    type: _type,
    name: _name,
    message: _message,
    stack: _stack,
    ...rest
  } = { ...(plainValue(error) as object) } as Record<string, AnyValue>;
  return Object.keys(rest).length > 0 ? rest : undefined;
}

/** Takes the error out of the fields of a line; what an exception does not say stays. */
export function takeException(fields: Record<string, unknown>, key: string): LoggedException | undefined {
  const exception = exceptionOf(fields[key]);
  if (exception === undefined) return undefined;
  const rest = restOfError(fields[key]);
  if (rest === undefined) delete fields[key];
  else fields[key] = rest;
  return exception;
}

/** The same where only the stack is there: its first line has type and message. */
export function exceptionOfStack(stack: unknown, fallbackMessage: string): LoggedException | undefined {
  if (typeof stack !== 'string') return undefined;
  const [, type, message = fallbackMessage] = FIRST_LINE.exec(stack) ?? [];
  return { message, stacktrace: stack, ...(type !== undefined && { type }) };
}

/**
 * Adds an exception event to a span that does not have this exception yet, as far as there is room. The status stays as
 * it is.
 */
export function markSpan(span: Span, exception: LoggedException): void {
  const { type = 'Error', message, stacktrace } = exception;
  if (!takesEvents(span) || hasException(span, message)) return;
  span.recordException({ name: type, message, ...(stacktrace !== undefined && { stack: stacktrace }) });
}

/** As OpenTelemetry has it by default. */
const EVENT_LIMIT = 128;

/**
 * Tells whether a line may still become an event of the span: one that has ended takes none, and half of what a span can have
 * is left to the application, whose events would be pushed out by ours.
 */
export function takesEvents(span: ReadableSpan & Pick<Span, 'isRecording'>): boolean {
  if (!span.isRecording()) return false;
  const limit = readProperty(readProperty(span, '_spanLimits'), 'eventCountLimit') ?? EVENT_LIMIT;
  return (span.events?.length ?? 0) < (limit as number) / 2;
}
