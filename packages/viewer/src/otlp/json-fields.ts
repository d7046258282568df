import { type AttributeValue, type Attributes, createAttributes, integerValue } from '../attribute-value.ts';
import { MAX_RECORDS, TOO_MANY_RECORDS } from './protobuf-cursor.ts';

/** A place to note the first thing wrong with an OTLP/JSON request; everything after it reads as empty. */
export interface JsonReader {
  problem: string | undefined;
  /** Records so far, see `recordsField`. */
  records: number;
}

export type JsonObject = Readonly<Record<string, unknown>>;

/** Values inside each other, as in protobuf. */
const MAX_DEPTH = 100;
const LONG_INTEGER = /[^"\d.]\d{16}/;
const INTEGER = /^-?\d+$/;
const EMPTY: JsonObject = {};

/**
 * Parses JSON, keeping integers beyond 2^53 exact as bigints; never throws.
 *
 * @returns the object, or `undefined` (with the problem noted) for anything else
 */
export function parseJsonObject(reader: JsonReader, text: string): JsonObject | undefined {
  try {
    // Integers should come as strings, and a reviver is slow: only a text with a long bare number pays for it.
    const value: unknown = LONG_INTEGER.test(text) ? JSON.parse(text, exactInteger) : JSON.parse(text);
    if (isObject(value)) return value;
    note(reader, 'is not a JSON object');
  } catch (error) {
    note(reader, `is not valid JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  return undefined;
}

/** The objects in the list `key`; none when it is absent. */
export function listField(reader: JsonReader, object: JsonObject, key: string): readonly JsonObject[] {
  const list = object[key] ?? [];
  if (Array.isArray(list) && list.every(isObject)) return list;
  note(reader, `has ${key} that is not a list of objects`);
  return [];
}

/** The objects in the list `key`, each of which becomes a record: a span, an event, a data point. None beyond their limit. */
export function recordsField(reader: JsonReader, object: JsonObject, key: string): readonly JsonObject[] {
  const list = listField(reader, object, key);
  reader.records += list.length;
  if (reader.records <= MAX_RECORDS) return list;
  note(reader, TOO_MANY_RECORDS);
  return [];
}

export function objectField(reader: JsonReader, object: JsonObject, key: string): JsonObject {
  const value = object[key] ?? EMPTY;
  if (isObject(value)) return value;
  note(reader, `has ${key} that is not an object`);
  return EMPTY;
}

export function stringField(reader: JsonReader, object: JsonObject, key: string): string {
  const value = object[key] ?? '';
  if (typeof value === 'string') return value;
  note(reader, `has ${key} that is not a string`);
  return '';
}

/** An integer that is a number or, as protobuf's JSON has 64-bit ones, a decimal string. */
export function integerField(reader: JsonReader, object: JsonObject, key: string): bigint {
  const integer = toInteger(object[key] ?? 0);
  if (integer !== undefined) return integer;
  note(reader, `has ${key} that is not an integer`);
  return 0n;
}

/** A point in time in nanoseconds; bounded to 64 bits as in protobuf. */
export function timeField(reader: JsonReader, object: JsonObject, key: string): bigint {
  return BigInt.asUintN(64, integerField(reader, object, key));
}

/** A signed number of 32 bits: a kind, a code. */
export function int32Field(reader: JsonReader, object: JsonObject, key: string): number {
  return numberField(reader, object, key) | 0;
}

/** A number of 32 bits: a count, flags. */
export function numberField(reader: JsonReader, object: JsonObject, key: string): number {
  return Number(BigInt.asUintN(32, integerField(reader, object, key)));
}

/** An id in hex, in lowercase; an empty string for one that is absent or all zeros. */
export function idField(reader: JsonReader, object: JsonObject, key: string, byteLength: number): string {
  const id = stringField(reader, object, key);
  if (/^0*$/.test(id)) return '';
  if (id.length === byteLength * 2 && /^[\da-f]+$/i.test(id)) return id.toLowerCase();
  note(reader, `has ${key} that is not a string of ${byteLength * 2} hex digits`);
  return '';
}

/** The list of key and value pairs `key` as attributes. Of equal keys, the last one wins. */
export function attributesField(reader: JsonReader, object: JsonObject, key: string): Attributes {
  return keyValues(reader, object, key, 0);
}

/** One `AnyValue`: an object with one key that names the type. */
export function anyValue(reader: JsonReader, any: JsonObject, depth: number): AttributeValue {
  if (depth > MAX_DEPTH) {
    note(reader, `has more than ${MAX_DEPTH} values inside each other`);
    return null;
  }
  if (any['stringValue'] != null) return stringField(reader, any, 'stringValue');
  if (any['boolValue'] != null) return any['boolValue'] === true;
  if (any['intValue'] != null) return integerValue(BigInt.asIntN(64, integerField(reader, any, 'intValue')));
  if (any['doubleValue'] != null) return doubleField(reader, any, 'doubleValue');
  if (any['bytesValue'] != null) return new Uint8Array(Buffer.from(stringField(reader, any, 'bytesValue'), 'base64'));
  if (any['kvlistValue'] != null) {
    return keyValues(reader, objectField(reader, any, 'kvlistValue'), 'values', depth + 1);
  }
  if (any['arrayValue'] == null) return null;
  const values = listField(reader, objectField(reader, any, 'arrayValue'), 'values');
  return values.map((value) => anyValue(reader, value, depth + 1));
}

function keyValues(reader: JsonReader, object: JsonObject, key: string, depth: number): Attributes {
  const attributes = createAttributes();
  for (const pair of listField(reader, object, key)) {
    attributes[stringField(reader, pair, 'key')] = anyValue(reader, objectField(reader, pair, 'value'), depth);
  }
  return attributes;
}

/** A number, or one of the strings that JSON has no number for. */
export function doubleField(reader: JsonReader, object: JsonObject, key: string): number {
  const value = object[key];
  const number = typeof value === 'string' && value.trim() === '' ? undefined : Number(value);
  if (number !== undefined && (!Number.isNaN(number) || value === 'NaN')) return number;
  note(reader, `has ${key} that is not a number`);
  return 0;
}

function toInteger(value: unknown): bigint | undefined {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'string') return value.length <= 20 && INTEGER.test(value) ? BigInt(value) : undefined;
  return Number.isInteger(value) ? BigInt(value as number) : undefined;
}

function exactInteger(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return value;
  const source = context?.source ?? '';
  return source.length <= 20 && INTEGER.test(source) ? BigInt(source) : value;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function note(reader: JsonReader, problem: string): void {
  reader.problem ??= problem;
}
