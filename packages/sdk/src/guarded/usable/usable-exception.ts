import { describeError, readProperty, reportOnce } from '@clew/diagnostics';
import type { Exception } from '@opentelemetry/api';

import { aKindOf } from './input-in-words.ts';

/**
 * Reads what can be recorded of a thrown value, each field once. A primitive is its own message.
 *
 * @returns `undefined`, which is reported, where there is nothing to record
 */
export function usableException(exception: unknown): Exception | undefined {
  if (typeof exception === 'string' && exception !== '') return exception;
  const usable = isObject(exception) ? fieldsOf(exception) : messageOf(exception);
  if (usable === undefined) {
    const kind = aKindOf(exception);
    reportOnce('an exception', `expected an exception with a name, message or code, got ${kind}; ignored`);
  }
  return usable;
}

const isObject = (value: unknown) => typeof value === 'function' || (typeof value === 'object' && value !== null);

function fieldsOf(exception: unknown): Exception | undefined {
  const code = readProperty(exception, 'code');
  const hasCode = (typeof code === 'string' || typeof code === 'number') && Boolean(code);
  const name = textOf(exception, 'name');
  const message = textOf(exception, 'message');
  const stack = textOf(exception, 'stack');
  const fields = {
    ...(hasCode && { code }),
    ...(name !== undefined && { name }),
    ...(message !== undefined && { message }),
    ...(stack !== undefined && { stack }),
  };
  return 'code' in fields || 'name' in fields || 'message' in fields ? (fields as Exception) : undefined;
}

function textOf(exception: unknown, key: string): string | undefined {
  const text = readProperty(exception, key);
  return typeof text === 'string' && text !== '' ? text : undefined;
}

function messageOf(exception: unknown): Exception | undefined {
  const hasMessage = exception !== undefined && exception !== null && exception !== '' && typeof exception !== 'bigint';
  return hasMessage ? { message: describeError(exception) } : undefined;
}
