import { type DescField, type DescMessage, fromBinary, ScalarType, toJson } from '@bufbuild/protobuf';
import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

import { idsInHex, type Json, schemaOf } from './otlp-schema.ts';

/**
 * Reads a request with another protobuf library, and returns it as OTLP/JSON, or `undefined` when it is malformed.
 *
 * The library is laxer than the specification of protobuf, and than we are: it takes a field whose end lies beyond that of its
 * message, cuts lengths to 32 bits, and reads a field of another wire type than its own as if it had its own, where the
 * specification has it skipped. And it is stricter in one point: it refuses text that is not UTF-8, which we repair. So the
 * request is brought into order first, with the library's reader of single values.
 */
export function readByReference(message: string, bytes: Uint8Array): Json | undefined {
  try {
    const schema = schemaOf(message);
    return idsInHex(toJson(schema, fromBinary(schema, inOrder(schema, bytes))));
  } catch {
    return undefined;
  }
}

const UTF8 = new TextDecoder('utf-8', { ignoreBOM: true });
const MAX_DEPTH = 100;

/** The message with its known fields only, each of which lies within the message and has the right wire type. */
function inOrder(schema: DescMessage, bytes: Uint8Array): Uint8Array {
  const reader = new BinaryReader(bytes);
  const writer = new BinaryWriter();
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    const start = reader.pos;
    const field = schema.fields.find((each) => each.number === number);
    const isKnown = field !== undefined && wireTypesOf(field).includes(wireType);
    if (!isKnown) skip(reader, wireType, number, 0);
    else if (field.message) writer.tag(number, wireType).bytes(inOrder(field.message, delimited(reader)));
    else if (field.scalar === ScalarType.STRING) writer.tag(number, wireType).string(UTF8.decode(delimited(reader)));
    else {
      if (wireType === WireType.LengthDelimited && field.fieldKind === 'list') checkPacked(field, reader);
      else skip(reader, wireType, number, 0);
      writer.tag(number, wireType).raw(bytes.subarray(start, reader.pos));
    }
  }
  return writer.finish();
}

function checkPacked(field: DescField, reader: BinaryReader): void {
  const values = new BinaryReader(delimited(reader));
  const [own = WireType.Varint] = wireTypesOf(field);
  while (values.pos < values.len) skip(values, own, field.number, 0);
}

function delimited(reader: BinaryReader): Uint8Array {
  const length = BigInt(reader.uint64());
  if (length > BigInt(reader.len - reader.pos)) throw new RangeError('premature end');
  const start = reader.pos;
  reader.pos += Number(length);
  return (reader as unknown as { buf: Uint8Array }).buf.subarray(start, reader.pos);
}

function skip(reader: BinaryReader, wireType: WireType, number: number, depth: number): void {
  if (wireType === WireType.Varint) reader.uint64();
  else if (wireType === WireType.LengthDelimited) delimited(reader);
  else if (wireType !== WireType.StartGroup) reader.skip(wireType);
  if (wireType !== WireType.StartGroup) return;
  if (depth === MAX_DEPTH) throw new RangeError('too deep');
  for (;;) {
    const [inner, innerType] = reader.tag();
    if (innerType !== WireType.EndGroup) skip(reader, innerType, inner, depth + 1);
    else if (inner === number) return;
    else throw new RangeError('the end of another group');
  }
}

function wireTypesOf(field: DescField): readonly WireType[] {
  const scalar = field.message ? undefined : field.scalar;
  const own = scalar === undefined ? WireType.LengthDelimited : WIRE_TYPES[scalar];
  if (own === undefined) throw new TypeError(`no wire type is known for field ${field.name}`);
  return field.fieldKind === 'list' ? [own, WireType.LengthDelimited] : [own];
}

const WIRE_TYPES: Partial<Record<ScalarType, WireType>> = {
  [ScalarType.STRING]: WireType.LengthDelimited,
  [ScalarType.BYTES]: WireType.LengthDelimited,
  [ScalarType.BOOL]: WireType.Varint,
  [ScalarType.INT32]: WireType.Varint,
  [ScalarType.INT64]: WireType.Varint,
  [ScalarType.UINT32]: WireType.Varint,
  [ScalarType.UINT64]: WireType.Varint,
  [ScalarType.SINT32]: WireType.Varint,
  [ScalarType.FIXED32]: WireType.Bit32,
  [ScalarType.FIXED64]: WireType.Bit64,
  [ScalarType.SFIXED64]: WireType.Bit64,
  [ScalarType.DOUBLE]: WireType.Bit64,
};
