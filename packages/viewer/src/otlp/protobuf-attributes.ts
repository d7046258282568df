import { type Attributes, type AttributeValue, createAttributes, integerValue } from '../attribute-value.ts';
import type { ResourceDraft } from '../resource.ts';
import {
  DELIMITED,
  FIXED64,
  type FieldReader,
  type MessageFields,
  type MessageShape,
  readBytes,
  readDouble,
  readInt64,
  readMessage,
  readString,
  VARINT,
} from './protobuf-cursor.ts';

type WithAttributes = { readonly attributes: object };

/** A field of type `repeated KeyValue`, read into the message's `attributes`. Of equal keys, the last one wins. */
export function attributesField<T extends WithAttributes>(): FieldReader<T> {
  return {
    wireType: DELIMITED,
    read: (message, cursor) => {
      const { key, value } = readMessage(cursor, KEY_VALUE, { key: '', value: null });
      (message.attributes as Record<string, AttributeValue>)[key] = value;
    },
  };
}

/**
 * The fields of `AnyValue`, a union: the last member on the wire is the value. A member that is a message and comes twice in
 * a row is one message in two parts.
 */
export const ANY_VALUE: MessageFields<{ value: AttributeValue }> = {
  1: { wireType: DELIMITED, read: (any, cursor) => (any.value = readString(cursor)) },
  2: { wireType: VARINT, read: (any, cursor) => (any.value = readInt64(cursor) !== 0n) },
  3: { wireType: VARINT, read: (any, cursor) => (any.value = integerValue(readInt64(cursor))) },
  4: { wireType: FIXED64, read: (any, cursor) => (any.value = readDouble(cursor)) },
  5: { wireType: DELIMITED, read: (any, cursor) => (any.value = readMessage(cursor, ARRAY_VALUE, listIn(any.value))) },
  6: {
    wireType: DELIMITED,
    read: (any, cursor) =>
      (any.value = readMessage(cursor, KEY_VALUE_LIST, { attributes: attributesIn(any.value) }).attributes),
  },
  7: { wireType: DELIMITED, read: (any, cursor) => (any.value = readBytes(cursor)) },
};

function listIn(value: AttributeValue): AttributeValue[] {
  return Array.isArray(value) ? (value as AttributeValue[]) : [];
}

function attributesIn(value: AttributeValue): Attributes {
  const isOther = typeof value !== 'object' || value === null || Array.isArray(value) || value instanceof Uint8Array;
  return isOther ? createAttributes() : (value as Attributes);
}

const ARRAY_VALUE: MessageFields<AttributeValue[]> = {
  1: {
    wireType: DELIMITED,
    read: (values, cursor) => values.push(readMessage(cursor, ANY_VALUE, { value: null }).value),
  },
};

const KEY_VALUE: MessageFields<{ key: string; value: AttributeValue }> = {
  1: { wireType: DELIMITED, read: (pair, cursor) => (pair.key = readString(cursor)) },
  2: { wireType: DELIMITED, read: (pair, cursor) => void readMessage(cursor, ANY_VALUE, pair) },
};

const KEY_VALUE_LIST: MessageFields<WithAttributes> = { 1: attributesField() };

// The two shapes hold each other: one of them is there before its members are.
const ANY_MEMBERS: Record<number, MessageShape> = {};
/** The shape of `KeyValue`. */
export const KEY_VALUE_SHAPE: MessageShape = { 2: Object.assign(ANY_MEMBERS, anyMembers()) };

function anyMembers(): Record<number, MessageShape> {
  return { 5: { 1: ANY_MEMBERS }, 6: { 1: { 2: ANY_MEMBERS } } };
}

/** The fields of `Resource`. */
export const RESOURCE: MessageFields<ResourceDraft> = { 1: attributesField() };

/** The fields of `InstrumentationScope`. */
export const SCOPE: MessageFields<{ name: string; version: string }> = {
  1: { wireType: DELIMITED, read: (scope, cursor) => (scope.name = readString(cursor)) },
  2: { wireType: DELIMITED, read: (scope, cursor) => (scope.version = readString(cursor)) },
};
