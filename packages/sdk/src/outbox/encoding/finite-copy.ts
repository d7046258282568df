/**
 * Numbers that are not finite, and what JSON has in their place: upstream's serializer writes `null` for all three, so
 * each is replaced before by a number that does not occur, and that number by its name afterwards.
 *
 * @see https://protobuf.dev/programming-guides/json/
 */
export interface StandIns {
  readonly nan: number;
  readonly infinity: number;
  readonly minusInfinity: number;
  /** Objects that were copied already: items are grouped by the identity of their resource and scope. */
  readonly copies: WeakMap<object, unknown>;
}

/** Returns numbers that no part of the text has, each with a fraction: whole ones would be written as integers. */
export function standInsFor(text: string): StandIns {
  const unused: number[] = [];
  for (let i = 1; unused.length < 3; i++) {
    const number = 0.123_456_789 + i / 1e15;
    if (!text.includes(String(number))) unused.push(number);
  }
  const [nan = 0, infinity = 0, minusInfinity = 0] = unused;
  return { nan, infinity, minusInfinity, copies: new WeakMap() };
}

/** Returns an item, or a list of them, with stand-ins for the numbers that are not finite; itself where it has none. */
export function finiteCopy<Item extends object>(item: Item, standIns: StandIns): Item {
  if (Array.isArray(item)) return replacedItems(item, standIns, 0) as Item;
  let copy: Item | undefined;
  for (const field of FIELDS) {
    const value = (item as Record<string, unknown>)[field];
    const changed = replaced(value, standIns, 0);
    if (changed !== value) {
      copy ??= Object.create(item) as Item; // an item is an instance of a class, and keeps its methods
      Object.defineProperty(copy, field, { value: changed });
    }
  }
  return copy ?? item;
}

/** Puts the names into the text that upstream's serializer wrote of such a copy. */
export function withNames(text: string, { nan, infinity, minusInfinity }: StandIns): string {
  return named(named(named(text, nan, '"NaN"'), infinity, '"Infinity"'), minusInfinity, '"-Infinity"');
}

function named(text: string, standIn: number, name: string): string {
  // The sum of whole numbers can be infinite, and is a double then.
  return text.replaceAll(`"asInt":${standIn}`, `"asDouble":${name}`).replaceAll(String(standIn), name);
}

/** Fields of spans, log records, collections of metrics, resources and scopes that hold numbers of the application. */
const FIELDS = [
  'attributes',
  'events',
  'links',
  'body',
  'scopeMetrics',
  'resource',
  'instrumentationScope',
  'scope',
] as const;
const MAX_DEPTH = 24;

function replaced(value: unknown, standIns: StandIns, depth: number): unknown {
  if (typeof value === 'number') return Number.isFinite(value) ? value : standInOf(value, standIns);
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH || ArrayBuffer.isView(value)) return value;
  const known = standIns.copies.get(value);
  if (known !== undefined) return known;
  const copy = replacedObject(value, standIns, depth);
  standIns.copies.set(value, copy);
  return copy;
}

function replacedObject(value: object, standIns: StandIns, depth: number): object {
  if (Array.isArray(value)) return replacedItems(value, standIns, depth);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return finiteCopy(value, standIns);
  return replacedFields(value as Record<string, unknown>, standIns, depth);
}

function standInOf(value: number, { nan, infinity, minusInfinity }: StandIns): number {
  if (Number.isNaN(value)) return nan;
  return value > 0 ? infinity : minusInfinity;
}

function replacedItems(items: readonly unknown[], standIns: StandIns, depth: number): readonly unknown[] {
  const copy = items.map((item) => replaced(item, standIns, depth + 1));
  return copy.some((item, index) => item !== items[index]) ? copy : items;
}

function replacedFields(fields: Record<string, unknown>, standIns: StandIns, depth: number): Record<string, unknown> {
  let copy: Record<string, unknown> | undefined;
  for (const [name, field] of Object.entries(fields)) {
    const changed = replaced(field, standIns, depth + 1);
    if (changed !== field) (copy ??= { ...fields })[name] = changed;
  }
  return copy ?? fields;
}
