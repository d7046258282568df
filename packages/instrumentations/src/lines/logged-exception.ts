import type { Span } from '@opentelemetry/api';

import { hasException } from '@clew/spans/internal';

import type { LoggedException } from './log-line.ts';

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

/** The same where only the stack is there: its first line has type and message. */
export function exceptionOfStack(stack: unknown, fallbackMessage: string): LoggedException | undefined {
  if (typeof stack !== 'string') return undefined;
  const [, type, message = fallbackMessage] = FIRST_LINE.exec(stack) ?? [];
  return { message, stacktrace: stack, ...(type !== undefined && { type }) };
}

/** Adds an exception event to a span that does not have this exception yet. The status stays as it is. */
export function markSpan(span: Span, exception: LoggedException): void {
  const { type = 'Error', message, stacktrace } = exception;
  if (hasException(span, message)) return;
  span.recordException({ name: type, message, ...(stacktrace !== undefined && { stack: stacktrace }) });
}
