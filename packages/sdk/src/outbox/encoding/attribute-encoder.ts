import type { Attributes } from '@opentelemetry/api';

import { RememberedValues, type FewValues, type Plain } from '../../otel/few-values.ts';
import type { Redactor } from '../../redaction/redactor.ts';
import { openValue } from './open-value.ts';
import {
  closeMessage,
  DELIMITED,
  FIXED64,
  openMessage,
  type ProtobufWriter,
  tagOf,
  VARINT,
  writeBytes,
  writeDouble,
  writeEncoded,
  writeInt64,
  writeString,
  writeUint32,
} from './protobuf-writer.ts';

const STRING_VALUE = tagOf(1, DELIMITED);
const BOOL_VALUE = tagOf(2, VARINT);
const INT_VALUE = tagOf(3, VARINT);
const DOUBLE_VALUE = tagOf(4, FIXED64);
const ARRAY_VALUE = tagOf(5, DELIMITED);
const KEY_VALUE_LIST = tagOf(6, DELIMITED);
const BYTES_VALUE = tagOf(7, DELIMITED);
/** The entries of an array or a list. */
const ENTRY = tagOf(1, DELIMITED);

const FIRST_BEYOND_INT64 = 2 ** 63;
/** Arrays and maps inside each other; what is deeper, and so what contains itself, becomes an empty value. */
const MAX_DEPTH = 8;
/** Limit of one array or map inside a value; the rest is left out. */
const MAX_ENTRIES = 1000;

const { hasOwnProperty } = Object.prototype; // V8 has a faster way inside for…in for it than for `Object.hasOwn`

/** Writes a repeated field of `KeyValue`. */
export function writeAttributes(writer: ProtobufWriter, tag: number, attributes: object | undefined): void {
  if (attributes) writeKeyValues(writer, tag, attributes, Number.POSITIVE_INFINITY, 0);
}

/**
 * Writes such a field, always with the same tag, and remembers the bytes of what comes often. A class, since V8 calls the
 * methods of several instances as fast as those of one.
 */
export class AttributeWriter {
  readonly #tag: number;
  readonly #redactor: Redactor | undefined;
  #remembered = new RememberedValues<Uint8Array>();
  #generation: number | undefined;

  /** @param redactor redacts the attributes where they are; what it leaves as it is is remembered */
  constructor(tag: number, redactor?: Redactor) {
    this.#tag = tag;
    this.#redactor = redactor;
    this.#generation = redactor === undefined ? 0 : redactor.generation();
  }

  write(writer: ProtobufWriter, attributes: Attributes): void {
    const generation = this.#redactor === undefined ? 0 : this.#redactor.generation();
    if (generation !== this.#generation) {
      this.#generation = generation;
      this.#remembered = new RememberedValues();
    }
    for (const key in attributes) {
      if (!hasOwnProperty.call(attributes, key)) continue;
      const value = attributes[key];
      const values = isPlain(value) ? this.#remembered.of(key) : undefined;
      const known = values?.get(value as Plain);
      if (known === undefined) this.#writeNew(writer, attributes, key, value, values);
      else writeEncoded(writer, known);
    }
  }

  #writeNew(
    writer: ProtobufWriter,
    attributes: Attributes,
    key: string,
    value: unknown,
    values: FewValues<Uint8Array> | undefined,
  ): void {
    const redacted = this.#redactor === undefined ? value : this.#redactor.value(key, value);
    const { position } = writer;
    writeKeyValue(writer, this.#tag, key, redacted, 0);
    if (redacted !== value) attributes[key] = redacted;
    else if (values?.isOpen() === true && this.#generation !== undefined) {
      values.remember(value as Plain, new Uint8Array(writer.buffer.subarray(position, writer.position)));
    }
  }
}

function isPlain(value: unknown): value is Plain {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

/**
 * Writes the body of an `AnyValue`: nothing, which is an empty value, for what OTLP has no form for, as `null` or a symbol.
 *
 * @param depth how many arrays and maps it is in
 * @see https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/common/v1/common.proto
 */
export function writeAnyValue(writer: ProtobufWriter, value: unknown, depth = 0): void {
  switch (typeof value) {
    case 'string':
      writeString(writer, STRING_VALUE, value);
      break;
    case 'number':
      if (isInt64(value)) writeInt64(writer, INT_VALUE, value);
      else writeDouble(writer, DOUBLE_VALUE, value);
      break;
    case 'boolean':
      writeUint32(writer, BOOL_VALUE, value ? 1 : 0);
      break;
    case 'object':
      if (value instanceof Uint8Array) writeBytes(writer, BYTES_VALUE, value);
      else if (value !== null && depth < MAX_DEPTH) writeEntries(writer, value, depth + 1);
      break;
    default:
  }
}

function isInt64(value: number): boolean {
  return Number.isInteger(value) && value >= -FIRST_BEYOND_INT64 && value < FIRST_BEYOND_INT64;
}

function writeEntries(writer: ProtobufWriter, entries: object, depth: number): void {
  const isArray = Array.isArray(entries);
  const start = openMessage(writer, isArray ? ARRAY_VALUE : KEY_VALUE_LIST);
  if (isArray) writeArray(writer, entries, depth);
  else writeKeyValues(writer, ENTRY, entries, MAX_ENTRIES, depth);
  closeMessage(writer, start);
}

function writeArray(writer: ProtobufWriter, values: readonly unknown[], depth: number): void {
  const count = Math.min(values.length, MAX_ENTRIES);
  for (let i = 0; i < count; i++) {
    const start = openMessage(writer, ENTRY);
    writeAnyValue(writer, values[i], depth);
    closeMessage(writer, start);
  }
}

function writeKeyValues(writer: ProtobufWriter, tag: number, pairs: object, limit: number, depth: number): void {
  let count = 0;
  for (const key in pairs) {
    if (!hasOwnProperty.call(pairs, key)) continue;
    if (count++ === limit) return;
    writeKeyValue(writer, tag, key, pairs[key as keyof typeof pairs], depth);
  }
}

function writeKeyValue(writer: ProtobufWriter, tag: number, key: string, value: unknown, depth: number): void {
  const start = openMessage(writer, tag);
  const valueStart = openValue(writer, key);
  writeAnyValue(writer, value, depth);
  closeMessage(writer, valueStart);
  closeMessage(writer, start);
}
