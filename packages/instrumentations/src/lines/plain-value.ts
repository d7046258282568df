import { types } from 'node:util';

import { readError } from '@clew/spans/internal';
import type { AnyValue, Attributes } from '@opentelemetry/api';

const MAX_DEPTH = 8;
const MAX_ENTRIES = 1000;

/**
 * A copy of whatever an application logs that is plain data: no cycles, no getters, no classes. What JSON would leave
 * out is left out. Never throws.
 */
export function plainValue(value: unknown): AnyValue {
  return copy(value, []);
}

/** The same for the fields of a line. */
export function plainAttributes(fields: object): Attributes {
  return copyFields(fields, []);
}

function copy(value: unknown, parents: readonly object[]): AnyValue {
  switch (typeof value) {
    case 'string':
    case 'number':
    case 'boolean':
      return value;
    case 'bigint':
      return String(value);
    case 'object':
      return value === null ? null : copyObject(value, parents);
    default:
      return undefined;
  }
}

function copyObject(value: object, parents: readonly object[]): AnyValue {
  if (parents.includes(value)) return '[Circular]';
  if (parents.length >= MAX_DEPTH) return '[Object]';
  try {
    const inside = [...parents, value];
    if (value instanceof Uint8Array) return value.slice();
    if (isError(value)) return copyError(value, inside);
    if ('toJSON' in value && typeof value.toJSON === 'function') return copy((value.toJSON as () => unknown)(), inside);
    if (Array.isArray(value)) return value.slice(0, MAX_ENTRIES).map((item) => copy(item, inside) ?? null);
    return copyFields(value, inside);
  } catch {
    return '[Unreadable]';
  }
}

/** Fields that an error has and does not show among its keys. */
const HIDDEN_FIELDS = ['message', 'stack', 'code', 'cause', 'errors'] as const;

/** The fields of an error and those that it hides, as loggers write one: `{ type, message, stack, … }`. */
function copyError(error: object, inside: readonly object[]): Attributes {
  const hidden = HIDDEN_FIELDS.map((key) => [key, copy(readField(error, key), inside)] as const);
  const known = hidden.filter(([, value]) => value !== undefined);
  return { type: readError(error).type, ...Object.fromEntries(known), ...copyFields(error, inside) };
}

function isError(value: object): boolean {
  return value instanceof Error || types.isNativeError(value); // of another realm
}

function copyFields(fields: object, parents: readonly object[]): Attributes {
  const keys = Object.keys(fields).slice(0, MAX_ENTRIES);
  const copied = keys.map((key) => [key, copy(readField(fields, key), parents)] as const);
  // Not by assignment: a field may be named `__proto__`.
  return Object.fromEntries(copied.filter(([key, value]) => key !== '' && value !== undefined));
}

function readField(fields: object, key: string): unknown {
  try {
    return Reflect.get(fields, key);
  } catch {
    return '[Unreadable]';
  }
}
