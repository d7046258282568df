import { RecordTooLargeError } from './record-too-large-error.ts';

/**
 * A place in a buffer that grows as needed and is used again for each record. It has one user at a time: what a getter of
 * the record being written calls must not write to it too.
 *
 * @see https://protobuf.dev/programming-guides/encoding/
 */
export interface ProtobufWriter {
  /** Its first `position` bytes are written. Growing replaces it. */
  buffer: Buffer;
  position: number;
  readonly maxBytes: number;
  /** Forgets what was written. After an error, too: a writer is never broken. */
  reset(): void;
}

export const VARINT = 0;
export const FIXED64 = 1;
export const DELIMITED = 2;
export const FIXED32 = 5;

const FIRST_BYTES = 4096;
/** A tag and a number, or a tag and a length: a tag has 5 bytes at most, a varint 10. */
const FIELD_BYTES = 15;
const TWO_TO_32 = 2 ** 32;
/** Up to this many characters a loop is faster than a call to the runtime. */
const SHORT_STRING = 24;
/** A longer string is measured before room is made: thrice its length could be far too much. */
const LONG_STRING = 1024;

/** @param maxBytes of one record; writing more throws a `RecordTooLargeError` */
export function createProtobufWriter(maxBytes: number): ProtobufWriter {
  const writer: ProtobufWriter = {
    buffer: Buffer.allocUnsafeSlow(Math.min(FIRST_BYTES, maxBytes)),
    position: 0,
    maxBytes,
    reset() {
      writer.position = 0;
    },
  };
  return writer;
}

/** Bytes in front of a field's value. */
export function tagOf(fieldNumber: number, wireType: number): number {
  return (fieldNumber << 3) | wireType;
}

/** @param value its integer part modulo 2^32 is written: zero for what is no number */
export function writeUint32(writer: ProtobufWriter, tag: number, value: number): void {
  reserve(writer, FIELD_BYTES);
  const { buffer, position } = writer;
  writer.position = putVarint(buffer, putVarint(buffer, position, tag), value);
}

/** @param value a whole number from -2^63 to below 2^63 */
export function writeInt64(writer: ProtobufWriter, tag: number, value: number): void {
  reserve(writer, FIELD_BYTES);
  const { buffer } = writer;
  let at = putVarint(buffer, writer.position, tag);
  let low = value >>> 0; // modulo 2^32, of negative numbers too: the lower half of their two's complement
  let high = Math.floor(value / TWO_TO_32) >>> 0;
  while (high > 0) {
    buffer[at++] = (low & 0x7f) | 0x80;
    low = ((low >>> 7) | (high << 25)) >>> 0;
    high >>>= 7;
  }
  writer.position = putVarint(buffer, at, low);
}

export function writeFixed32(writer: ProtobufWriter, tag: number, value: number): void {
  reserve(writer, FIELD_BYTES);
  const { buffer, position } = writer;
  writer.position = putFixed32(buffer, putVarint(buffer, position, tag), value);
}

/** @param low the lower half of the number @param high its upper half */
export function writeFixed64(writer: ProtobufWriter, tag: number, low: number, high: number): void {
  reserve(writer, FIELD_BYTES);
  const { buffer, position } = writer;
  writer.position = putFixed32(buffer, putFixed32(buffer, putVarint(buffer, position, tag), low), high);
}

export function writeDouble(writer: ProtobufWriter, tag: number, value: number): void {
  reserve(writer, FIELD_BYTES);
  const { buffer, position } = writer;
  writer.position = buffer.writeDoubleLE(value, putVarint(buffer, position, tag));
}

export function writeBytes(writer: ProtobufWriter, tag: number, bytes: Uint8Array): void {
  const start = makeBytes(writer, tag, bytes.length); // may replace the buffer
  writer.buffer.set(bytes, start);
}

/** Writes a field of bytes that the caller fills in. Returns where they start. */
export function makeBytes(writer: ProtobufWriter, tag: number, byteLength: number): number {
  reserve(writer, FIELD_BYTES + byteLength);
  const { buffer, position } = writer;
  const start = putVarint(buffer, putVarint(buffer, position, tag), byteLength);
  writer.position = start + byteLength;
  return start;
}

/** Writes UTF-8. Half a surrogate pair becomes U+FFFD. */
export function writeString(writer: ProtobufWriter, tag: number, value: string): void {
  if (value.length > SHORT_STRING || !writeShortAscii(writer, tag, value)) writeUtf8(writer, tag, value);
}

/** Returns false, and has written nothing, if there is a character beyond ASCII. */
function writeShortAscii(writer: ProtobufWriter, tag: number, value: string): boolean {
  const { length } = value;
  reserve(writer, FIELD_BYTES + length);
  const { buffer } = writer;
  let at = putVarint(buffer, writer.position, tag);
  buffer[at++] = length;
  for (let i = 0; i < length; i++) {
    const code = value.charCodeAt(i);
    if (code > 0x7f) return false;
    buffer[at++] = code;
  }
  writer.position = at;
  return true;
}

function writeUtf8(writer: ProtobufWriter, tag: number, value: string): void {
  const mostBytes = value.length > LONG_STRING ? Buffer.byteLength(value) : value.length * 3;
  reserve(writer, FIELD_BYTES + mostBytes);
  const { buffer } = writer;
  const lengthAt = putVarint(buffer, writer.position, tag);
  const guessedStart = lengthAt + varintSize(value.length); // as if it were ASCII
  const byteLength = buffer.write(value, guessedStart);
  const start = lengthAt + varintSize(byteLength);
  if (start !== guessedStart) buffer.copyWithin(start, guessedStart, guessedStart + byteLength);
  putVarint(buffer, lengthAt, byteLength);
  writer.position = start + byteLength;
}

/** Copies what is already encoded. */
export function writeEncoded(writer: ProtobufWriter, bytes: Uint8Array): void {
  reserve(writer, bytes.length);
  writer.buffer.set(bytes, writer.position);
  writer.position += bytes.length;
}

/** Begins a message inside a message, with one byte for its length. Returns where its content starts. */
export function openMessage(writer: ProtobufWriter, tag: number): number {
  reserve(writer, FIELD_BYTES);
  writer.position = putVarint(writer.buffer, writer.position, tag) + 1;
  return writer.position;
}

/** Ends the message whose content starts at `start`. One of 128 bytes or more is moved to make room for its length. */
export function closeMessage(writer: ProtobufWriter, start: number): void {
  const length = writer.position - start;
  const more = varintSize(length) - 1;
  if (more > 0) {
    reserve(writer, more);
    writer.buffer.copyWithin(start + more, start, writer.position);
    writer.position += more;
  }
  putVarint(writer.buffer, start - 1, length);
}

/** Makes room for so many more bytes. */
function reserve(writer: ProtobufWriter, byteLength: number): void {
  const needed = writer.position + byteLength;
  if (needed > writer.buffer.length) grow(writer, needed);
}

function grow(writer: ProtobufWriter, needed: number): void {
  if (needed > writer.maxBytes) throw new RecordTooLargeError(writer.maxBytes);
  const larger = Buffer.allocUnsafeSlow(Math.min(Math.max(needed, writer.buffer.length * 2), writer.maxBytes));
  writer.buffer.copy(larger, 0, 0, writer.position);
  writer.buffer = larger;
}

function putVarint(buffer: Buffer, position: number, value: number): number {
  let at = position;
  let rest = value >>> 0;
  while (rest > 0x7f) {
    buffer[at++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  buffer[at++] = rest;
  return at;
}

function putFixed32(buffer: Buffer, position: number, value: number): number {
  buffer[position] = value;
  buffer[position + 1] = value >>> 8;
  buffer[position + 2] = value >>> 16;
  buffer[position + 3] = value >>> 24;
  return position + 4;
}

function varintSize(value: number): number {
  if (value < 0x80) return 1;
  if (value < 0x4000) return 2;
  if (value < 0x20_0000) return 3;
  return value < 0x1000_0000 ? 4 : 5;
}
