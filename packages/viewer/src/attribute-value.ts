/** A value that OTLP can carry: integers beyond 2^53 as bigint, bytes as `Uint8Array`, an absent value as `null`. */
export type AttributeValue =
  | string
  | number
  | bigint
  | boolean
  | null
  | Uint8Array
  | readonly AttributeValue[]
  | Attributes;

/** Values by key. Inherits nothing: a key like `__proto__` or `constructor` is a key like any other. */
export interface Attributes {
  readonly [key: string]: AttributeValue;
}

// An object without any prototype is a hash table to V8, several times the size of an object with a shape.
const NOTHING = Object.freeze(Object.create(null) as object);

/** Empty attributes to fill in. */
export function createAttributes(): Record<string, AttributeValue> {
  return Object.create(NOTHING) as Record<string, AttributeValue>;
}

/** An integer of OTLP as a value: a number where a number is exact, a bigint elsewhere. */
export function integerValue(integer: bigint): number | bigint {
  const number = Number(integer);
  return Number.isSafeInteger(number) ? number : integer;
}
