import { reportOnce } from '@clew/diagnostics';
import type { Attributes } from '@opentelemetry/api';

import { aKindOf, quote } from './input-in-words.ts';
import { noteLeftOut } from './left-out.ts';
import { usableKey } from './usable-key.ts';
import { MAX_NAME_LENGTH } from './usable-name.ts';
import { isPlain, usableAttributeValue } from './usable-value.ts';

const UNREADABLE = Symbol('unreadable');
/** The SDK would count what it drops of more, one by one. */
const MAX_ATTRIBUTES = 10_000;

/**
 * Returns the attributes that can be exported: the same object where that is all of them, else a copy. Reports what is
 * left out.
 *
 * @param maxTextLength where no limit of the SDK applies
 */
export function usableAttributes(attributes: unknown, maxTextLength: number = Infinity): Attributes | undefined {
  if (attributes === undefined) return undefined;
  if (!isObjectOfAttributes(attributes)) {
    reportOnce('attributes', `expected an object of attributes, got ${kindOfAttributes(attributes)}; ignored`);
    return undefined;
  }
  return areUsable(attributes, maxTextLength) ? attributes : copyOf(attributes, maxTextLength);
}

/** Typed arrays are lists here. */
function kindOfAttributes(value: unknown): string {
  return typeof value === 'object' && value !== null ? 'a list' : aKindOf(value);
}

/** Lists are objects too, and their indexes keys: a million of them. */
function isObjectOfAttributes(value: unknown): value is Attributes {
  try {
    return typeof value === 'object' && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);
  } catch {
    return false; // a revoked Proxy
  }
}

/** Looks only, and makes nothing: this is done for each span. */
function areUsable(attributes: Attributes, maxTextLength: number): boolean {
  let count = 0;
  try {
    for (const key in attributes) {
      if (++count > MAX_ATTRIBUTES) return false;
      const value = attributes[key];
      if (key.length > MAX_NAME_LENGTH || key === '__proto__' || !isPlain(value)) return false;
      if (typeof value === 'string' && value.length > maxTextLength) return false;
    }
    return true;
  } catch {
    return false;
  }
}

function copyOf(attributes: Attributes, maxTextLength: number): Attributes {
  const copy: Attributes = {};
  let count = 0;
  const keys = keysOf(attributes);
  if (keys.length > MAX_ATTRIBUTES) {
    reportOnce('too many attributes', `${keys.length} attributes set at once; keeping the first ${MAX_ATTRIBUTES}`);
  }
  for (const key of keys.slice(0, MAX_ATTRIBUTES)) {
    const usable = usableKey(key);
    const value = readAttribute(attributes, key);
    if (usable !== undefined && value !== UNREADABLE) {
      copy[usable] = usableAttributeValue(usable, value, maxTextLength);
      if (copy[usable] !== undefined || value === undefined) continue;
    }
    count += 1;
  }
  count += Math.max(0, keys.length - MAX_ATTRIBUTES);
  noteLeftOut(copy, count);
  return copy;
}

function keysOf(attributes: Attributes): string[] {
  try {
    return Object.keys(attributes);
  } catch {
    reportOnce('unreadable attributes', 'cannot read the keys of the attributes; ignored');
    return [];
  }
}

function readAttribute(attributes: Attributes, key: string): unknown {
  try {
    return attributes[key];
  } catch {
    reportOnce('an unreadable attribute', `cannot read the attribute ${quote(key)}; ignored`);
    return UNREADABLE;
  }
}
