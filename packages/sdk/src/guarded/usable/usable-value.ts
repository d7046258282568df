import { reportOnce } from '@clew/diagnostics';
import type { AttributeValue } from '@opentelemetry/api';

import { quote } from './input-in-words.ts';
import { usableKey } from './usable-key.ts';

/** In one value, at all its levels together: an object that holds another a thousand times, ten levels deep, is small. */
const MAX_ENTRIES = 1000;
const MAX_DEPTH = 8;
const MAX_BYTES = 1024 * 1024;

/** Progress in copying one value. */
interface Copying {
  /** Around the value that is being copied, outermost first. */
  readonly ancestors: object[];
  entriesLeft: number;
  readonly maxTextLength: number;
  /** Problems, each the end of a sentence about the attribute. */
  readonly problems: Set<string>;
}

/** Tells whether a value can be exported as it is. */
export function isPlain(value: unknown): value is string | number | boolean | null | undefined {
  switch (typeof value) {
    case 'string':
    case 'number':
    case 'boolean':
    case 'undefined':
      return true;
    default:
      return value === null;
  }
}

/**
 * Returns the part of a value that can be exported. Plain values are returned as they are. Lists and objects are copied: up to 1,000 entries,
 * 8 levels deep, without what cannot be exported and what cannot be read, so that nothing of them is read later. What is
 * left out is said.
 *
 * @param of what has the value, for the message: `attribute "user"`
 * @param maxTextLength where no limit of the SDK applies
 * @returns `undefined` where nothing can be exported
 */
export function usableValue(of: string, value: unknown, maxTextLength: number = Infinity): AttributeValue {
  const copying: Copying = { ancestors: [], entriesLeft: MAX_ENTRIES, maxTextLength, problems: new Set() };
  const usable = copyOf(value, copying);
  for (const problem of copying.problems)
    reportOnce(`a value that ${problem}`, `${of} ${problem}; that part is left out`);
  return usable;
}

/** The value of the attribute with this key that can be exported. */
export function usableAttributeValue(key: string, value: unknown, maxTextLength: number = Infinity): AttributeValue {
  if (typeof value === 'string') return value.length <= maxTextLength ? value : value.slice(0, maxTextLength);
  return isPlain(value) ? value : usableValue(`attribute ${quote(key)}`, value, maxTextLength);
}

function copyOf(value: unknown, copying: Copying): AttributeValue {
  if (typeof value === 'string') return value.slice(0, copying.maxTextLength);
  if (isPlain(value)) return value;
  if (typeof value === 'bigint') return numberOrText(value, copying);
  if (typeof value !== 'object' || value === null) return leaveOut(`holds a ${typeof value}`, copying);
  if (copying.ancestors.includes(value)) return leaveOut('contains itself', copying);
  if (copying.ancestors.length === MAX_DEPTH) return leaveOut(`is more than ${MAX_DEPTH} levels deep`, copying);
  copying.ancestors.push(value);
  try {
    return copyOfObject(value, copying);
  } catch {
    return leaveOut('has a value that cannot be read', copying);
  } finally {
    copying.ancestors.pop();
  }
}

function copyOfObject(value: object, copying: Copying): AttributeValue {
  if (Array.isArray(value)) return copyOfList(value, copying);
  if (value instanceof Uint8Array) return Uint8Array.prototype.slice.call(value, 0, MAX_BYTES);
  return isRecord(value) ? copyOfRecord(value, copying) : leaveOut('holds an instance of a class', copying);
}

function copyOfList(list: readonly unknown[], copying: Copying): AttributeValue {
  const copy: AttributeValue[] = [];
  for (let index = 0; index < list.length && hasRoom(copying); index++) {
    copy.push(copyOf(readEntry(list, index, copying), copying) ?? null); // the entries after it keep their place
  }
  return copy;
}

function copyOfRecord(record: object, copying: Copying): AttributeValue {
  const copy: Record<string, AttributeValue> = {};
  for (const key of Object.keys(record)) {
    if (!hasRoom(copying)) break;
    const usable = usableKey(key);
    const value = copyOf(readEntry(record, key, copying), copying);
    if (usable !== undefined && value !== undefined) copy[usable] = value;
  }
  return copy;
}

function hasRoom(copying: Copying): boolean {
  copying.entriesLeft -= 1;
  if (copying.entriesLeft >= 0) return true;
  leaveOut(`has more than ${MAX_ENTRIES} entries`, copying);
  return false;
}

function readEntry(value: object, key: PropertyKey, copying: Copying): unknown {
  try {
    return (value as Record<PropertyKey, unknown>)[key];
  } catch {
    return leaveOut('has a value that cannot be read', copying);
  }
}

/** As the specification maps integers: those of 64 bits are numbers, where JavaScript has them, and the others text. */
function numberOrText(value: bigint, copying: Copying): AttributeValue {
  const isLong = BigInt.asIntN(64, value) !== value;
  if (isLong) return leaveOut('holds an integer of more than 64 bits', copying); // its text can take seconds to make
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : String(value);
}

/** An object without a class, of whatever realm: its prototype is none, or one without a prototype. */
function isRecord(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function leaveOut(problem: string, copying: Copying): undefined {
  copying.problems.add(problem);
}
