// A shape is both the JSON Schema of a part of a policy and its reader: each is made in one place, so that they agree.

import { inWords } from '../sampling-option-error.ts';
import { didYouMean } from './near-key.ts';

/** One part of a policy. */
export interface Shape<T> {
  readonly schema: JsonSchema;
  /** The value, or `undefined` after a problem was noted. */
  read(value: unknown, path: Path, notes: Notes): T | undefined;
}

export type JsonSchema = Readonly<Record<string, unknown>>;
/** Keys and indexes from the top of a policy. */
export type Path = readonly (string | number)[];

/** Takes what is wrong. */
export interface Notes {
  /** @param at the part of the text to point at; default: the value */
  note(path: Path, problem: string, remedy: string, at?: 'key'): void;
  /** Counts a value. False when there were too many, so that shared parts of a policy cannot multiply. */
  spend(): boolean;
}

/** A value of the kind that `accepts` knows. */
function simple<T>(
  schema: JsonSchema,
  accepts: (value: unknown) => T | undefined,
  expected: string,
  remedyFor: (value: unknown) => string,
): Shape<T> {
  return {
    schema,
    read(value, path, notes) {
      const accepted = accepts(value);
      if (accepted === undefined) notes.note(path, `is ${inWords(value)}, expected ${expected}`, remedyFor(value));
      return accepted;
    },
  };
}

/** A number from 0 to 1. */
export const ratio: Shape<number> = simple(
  { type: 'number', minimum: 0, maximum: 1 },
  (value) => (typeof value === 'number' && value >= 0 && value <= 1 ? value : undefined),
  'a number from 0 to 1',
  (value) => {
    const share = percentageIn(value);
    return share > 0 && share <= 100 ? `write ${share / 100} for ${share} %` : 'write a number such as 0.05';
  },
);

/** Of `5%`, as a text, and of a number. */
function percentageIn(value: unknown): number {
  if (typeof value === 'number') return value;
  return typeof value === 'string' ? Number(PERCENT.exec(value)?.[1]) : Number.NaN;
}

const PERCENT = /^(\d{1,3}(?:\.\d{1,4})?) ?%$/;

/** A number above 0, and below 1 where `max` says so. */
export function positive(max: number, example: number): Shape<number> {
  return simple(
    { type: 'number', exclusiveMinimum: 0, [max === 1 ? 'exclusiveMaximum' : 'maximum']: max },
    (value) => (typeof value === 'number' && value > 0 && (max === 1 ? value < 1 : value <= max) ? value : undefined),
    max === 1 ? 'a number between 0 and 1' : `a number above 0, up to ${max}`,
    () => `write a number such as ${example}`,
  );
}

/** A whole number. */
export function whole(min: number, max: number): Shape<number> {
  return simple(
    { type: 'integer', minimum: min, maximum: max },
    (value) =>
      Number.isInteger(value) && (value as number) >= min && (value as number) <= max ? Number(value) : undefined,
    `a whole number from ${min} to ${max}`,
    () => 'write a number without a unit',
  );
}

/** One of some texts or of true and false. */
export function oneOf<const T extends string | boolean | number>(
  values: readonly T[],
  remedyForNumber?: string,
): Shape<T> {
  const known: readonly unknown[] = values;
  const texts = values.map(String);
  return simple(
    { enum: values },
    (value) => (known.includes(value) ? (value as T) : undefined),
    texts.join(' or '),
    (value) =>
      (typeof value === 'string' ? didYouMean(value, texts) : undefined) ??
      (typeof value === 'number' ? remedyForNumber : undefined) ??
      `write ${texts[0]}`,
  );
}

/**
 * A text that fits a pattern.
 *
 * @param example default: the expectation is the remedy
 */
export function patterned(pattern: string, expected: string, example?: string): Shape<string> {
  const regExp = new RegExp(pattern, 'u');
  return simple(
    { type: 'string', pattern },
    (value) => (typeof value === 'string' && value.length <= 2 * MAX_TEXT && regExp.test(value) ? value : undefined),
    expected,
    () => `write ${example ?? expected}`,
  );
}

/** Characters of the longest text in a policy. */
export const MAX_TEXT = 256;

/** A text of 1 to 256 characters. */
export const text: Shape<string> = simple(
  { type: 'string', minLength: 1, maxLength: MAX_TEXT },
  (value) => (typeof value === 'string' && value !== '' && isShort(value) ? value : undefined),
  `a text of 1 to ${MAX_TEXT} characters`,
  () => 'write a shorter text, in quotes',
);

/** Counts as JSON Schema does: a character beyond the basic plane is one. */
export function isShort(value: string): boolean {
  return value.length <= MAX_TEXT || (value.length <= 2 * MAX_TEXT && Array.from(value).length <= MAX_TEXT);
}

/** A shape whose values are made into something else. */
export function mapped<From, To>({ schema, read }: Shape<From>, map: (value: From) => To): Shape<To> {
  return {
    schema,
    read(value, path, notes) {
      const from = read(value, path, notes);
      return from === undefined ? undefined : map(from);
    },
  };
}

/** A list. */
export function listOf<T>(item: Shape<T>, min: number, max: number): Shape<readonly T[]> {
  return {
    schema: { type: 'array', items: item.schema, ...(min > 0 && { minItems: min }), maxItems: max },
    read(value, path, notes) {
      if (!Array.isArray(value)) {
        notes.note(
          path,
          `is ${inWords(value)}, expected a list`,
          'write it as a list, with [ ] or a dash before each item',
        );
        return undefined;
      }
      if (value.length < min || value.length > max) {
        notes.note(
          path,
          `has ${value.length} items, expected ${min} to ${max}`,
          'write fewer or more, or leave the key out',
        );
        return undefined;
      }
      const items: T[] = [];
      for (let i = 0; i < value.length && notes.spend(); i++) {
        const read = item.read(value[i], [...path, i], notes);
        if (read !== undefined) items.push(read);
      }
      return items;
    },
  };
}

/** One value, or a list of them. */
export function oneOrMore<T>(item: Shape<T>, max: number): Shape<readonly T[]> {
  const list = listOf(item, 1, max);
  return {
    schema: { anyOf: [item.schema, list.schema] },
    read(value, path, notes) {
      if (Array.isArray(value)) return list.read(value, path, notes);
      const one = item.read(value, path, notes);
      return one === undefined ? undefined : [one];
    },
  };
}

/** Property of a record: required, or with a value for when it is absent. */
type Row<T> = {
  readonly shape: Shape<NonNullable<T>>;
  readonly doc: string;
} & ({ readonly isRequired: true } | { readonly absent: T });

/** Rows by the names of the properties that they are read into; the keys of the policy are these in `snake_case`. */
export type Rows<T> = { readonly [Name in keyof T]-?: Row<T[Name]> };

/** Keys that people write for others. */
const OTHER_WORDS = new Map([
  ['rate', 'ratio'],
  ['sample_rate', 'ratio'],
  ['percentage', 'ratio'],
  ['matches', 'match'],
  ['when', 'match'],
]);

/** A mapping with these keys and no other. */
export function record<T extends object>(rows: Rows<T>, more: JsonSchema = {}): Shape<T> {
  const entries = Object.entries<Row<unknown>>(rows as Record<string, Row<unknown>>);
  const byKey = new Map(entries.map(([name, row]) => [snakeCase(name), row]));
  const keys = [...byKey.keys()];
  const required = keys.filter((key) => 'isRequired' in (byKey.get(key) ?? {}));
  const properties = Object.fromEntries(
    [...byKey].map(([key, { shape, doc }]) => [key, { description: doc, ...shape.schema }]),
  );
  return {
    schema: {
      type: 'object',
      properties,
      ...(required.length > 0 && { required }),
      additionalProperties: false,
      ...more,
    },
    read(value, path, notes) {
      if (!isMapping(value, path, notes)) return undefined;
      for (const key of keysOf(value)) {
        if (!byKey.has(key) && notes.spend()) noteUnknown(path, key, keys, notes);
      }
      const result: Record<string, unknown> = {};
      for (const [name, row] of entries) {
        const key = snakeCase(name);
        const given = Object.hasOwn(value, key) ? value[key] : undefined;
        if (given !== undefined) result[name] = row.shape.read(given, [...path, key], notes);
        else if ('absent' in row) result[name] = row.absent;
        else notes.note(path, `lacks ${key}`, `add ${key}: ${row.doc}`);
      }
      return result as T;
    },
  };
}

function noteUnknown(path: Path, key: string, keys: readonly string[], notes: Notes): void {
  const other = OTHER_WORDS.get(key);
  const meant = other !== undefined && keys.includes(other) ? `did you mean ${other}?` : didYouMean(key, keys);
  notes.note([...path, key], 'is an unknown key', meant ?? `use one of ${keys.join(', ')}`, 'key');
}

/** Notes a value that is no mapping. */
export function isMapping(value: unknown, path: Path, notes: Notes): value is Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return true;
  notes.note(path, `is ${inWords(value)}, expected a mapping`, 'write it as a mapping, with { } or a key on each line');
  return false;
}

/** Keys whose values are there. */
export const keysOf = (value: Readonly<Record<string, unknown>>): string[] =>
  Object.keys(value).filter((key) => value[key] !== undefined);

const snakeCase = (name: string) => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
