/**
 * A place in a protobuf message. Reading never throws: the first problem is noted, everything after it reads as empty,
 * and whoever opened the cursor looks at `problem` when it is done.
 *
 * @see https://protobuf.dev/programming-guides/encoding/
 */
export interface Cursor {
  readonly bytes: Buffer;
  position: number;
  /** Where the message being read ends. */
  end: number;
  depth: number;
  /** Records so far, see `countRecord`. */
  records: number;
  problem: string | undefined;
}

/** Readers of the fields of a message, by number. Fields that are not listed are skipped. */
export type MessageFields<T> = Readonly<Record<number, FieldReader<T>>>;

/** Reads one field into `message`. On another wire type than this one, the field is unknown and skipped. */
export interface FieldReader<T> {
  readonly wireType: number;
  readonly read: (message: T, cursor: Cursor) => void;
}

export const VARINT = 0;
export const FIXED64 = 1;
export const DELIMITED = 2;
const GROUP_START = 3;
const GROUP_END = 4;
export const FIXED32 = 5;

/** Messages and groups inside each other; what protobuf implementations commonly accept. */
const MAX_DEPTH = 100;
const MAX_TAG_BYTES = 5;
/** Records in a request: as many as a store holds. */
export const MAX_RECORDS = 100_000;
export const TOO_MANY_RECORDS: string = `has more than ${MAX_RECORDS} spans, events, links, log records and data points`;

/** Opens a cursor on the bytes `from` up to `to`, by default on all. */
export function openCursor(bytes: Uint8Array, from = 0, to: number = bytes.byteLength): Cursor {
  const buffer = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return { bytes: buffer, position: from, end: to, depth: 0, records: 0, problem: undefined };
}

/** Reads fields up to the cursor's end into `message`. */
export function readFields<T>(cursor: Cursor, fields: MessageFields<T>, message: T): T {
  while (cursor.position < cursor.end && cursor.problem === undefined) {
    const tag = readTag(cursor);
    const reader = fields[tag >>> 3];
    if (reader?.wireType === (tag & 7)) reader.read(message, cursor);
    else skipField(cursor, tag);
  }
  return message;
}

/** The fields of a message that are messages themselves, by number: all that its check has to look into. */
export interface MessageShape {
  readonly [field: number]: MessageShape;
}

/** Passes over a message with its length in front. Finds exactly the problems that reading it would find. */
export function checkMessage(cursor: Cursor, shape: MessageShape): void {
  const outerEnd = enterMessage(cursor);
  while (cursor.position < cursor.end && cursor.problem === undefined) {
    const tag = readTag(cursor);
    const inner = (tag & 7) === DELIMITED ? shape[tag >>> 3] : undefined;
    if (inner === undefined) skipField(cursor, tag);
    else checkMessage(cursor, inner);
  }
  leaveMessage(cursor, outerEnd);
}

/** Reads a message with its length in front into `message`. */
export function readMessage<T>(cursor: Cursor, fields: MessageFields<T>, message: T): T {
  const outerEnd = enterMessage(cursor);
  readFields(cursor, fields, message);
  leaveMessage(cursor, outerEnd);
  return message;
}

/**
 * Reads the length in front of a message, so that the cursor ends where the message does.
 *
 * @returns the end of the message around it, for `leaveMessage`
 */
export function enterMessage(cursor: Cursor): number {
  const outerEnd = cursor.end;
  const end = readEnd(cursor);
  if (cursor.depth === MAX_DEPTH) fail(cursor, `has more than ${MAX_DEPTH} messages inside each other`);
  cursor.end = end;
  cursor.depth += 1;
  return outerEnd;
}

export function leaveMessage(cursor: Cursor, outerEnd: number): void {
  cursor.depth -= 1;
  cursor.end = outerEnd;
}

/** Passes over a packed list of numbers of 64 bits. */
export function checkPackedFixed64(cursor: Cursor): void {
  const end = readEnd(cursor);
  if ((end - cursor.position) % 8 !== 0) fail(cursor, `has a list that is cut off at byte ${end}`);
  else cursor.position = end;
}

/** Passes over a packed list of varints. */
export function checkPackedVarints(cursor: Cursor): void {
  const outerEnd = cursor.end;
  cursor.end = readEnd(cursor);
  while (cursor.position < cursor.end && cursor.problem === undefined) readVarint(cursor);
  cursor.end = outerEnd;
}

/** Bytes that are not UTF-8 become U+FFFD: better a name with a hole than no trace. */
export function readString(cursor: Cursor): string {
  const end = readEnd(cursor);
  const text = cursor.bytes.toString('utf8', cursor.position, end);
  cursor.position = end;
  return text;
}

/** A copy, so that a small value does not keep the whole request in memory. */
export function readBytes(cursor: Cursor): Uint8Array {
  const end = readEnd(cursor);
  const bytes = new Uint8Array(cursor.bytes.subarray(cursor.position, end));
  cursor.position = end;
  return bytes;
}

/**
 * Notes a message that becomes an object: a span, an event, a data point. An empty one takes two bytes on the wire and some
 * hundred in memory, so that a request of a few megabytes could take all there is.
 */
export function countRecord(cursor: Cursor): void {
  cursor.records += 1;
  if (cursor.records > MAX_RECORDS) fail(cursor, TOO_MANY_RECORDS);
}

/** Passes over bytes with their length in front. */
export function skipBytes(cursor: Cursor): void {
  cursor.position = readEnd(cursor);
}

/** An id in hex; an empty string for one that is absent or all zeros, which OTLP takes for absent. */
export function readId(cursor: Cursor, byteLength: number): string {
  const end = readEnd(cursor);
  const length = end - cursor.position;
  if (length === 0) return '';
  if (length !== byteLength) {
    fail(cursor, `has an id of ${length} bytes, expected ${byteLength}, at byte ${cursor.position}`);
    return '';
  }
  const id = cursor.bytes.toString('hex', cursor.position, end);
  cursor.position = end;
  return /^0*$/.test(id) ? '' : id;
}

export function readUint32(cursor: Cursor): number {
  const value = readVarint(cursor);
  return typeof value === 'number' ? value : Number(BigInt.asUintN(32, value));
}

export function readInt32(cursor: Cursor): number {
  return readUint32(cursor) | 0;
}

export function readInt64(cursor: Cursor): bigint {
  return BigInt.asIntN(64, BigInt(readVarint(cursor)));
}

export function readFixed32(cursor: Cursor): number {
  return advance(cursor, 4) ? cursor.bytes.readUInt32LE(cursor.position - 4) : 0;
}

export function readFixed64(cursor: Cursor): bigint {
  return advance(cursor, 8) ? cursor.bytes.readBigUInt64LE(cursor.position - 8) : 0n;
}

export function readDouble(cursor: Cursor): number {
  return advance(cursor, 8) ? cursor.bytes.readDoubleLE(cursor.position - 8) : 0;
}

function readTag(cursor: Cursor): number {
  const short = cursor.position < cursor.end ? (cursor.bytes[cursor.position] ?? 0) : 0;
  if (short >= 8 && short < 0x80) {
    cursor.position += 1;
    return short;
  }
  const start = cursor.position;
  const tag = readVarint(cursor);
  if (tag >= 8 && tag <= 0xffffffff && cursor.position - start <= MAX_TAG_BYTES) return Number(tag);
  fail(cursor, `has a field number out of range at byte ${start}`);
  return 0;
}

/** A bigint only from 2^28 on: nearly all varints of OTLP are short, and numbers are cheap. */
function readVarint(cursor: Cursor): number | bigint {
  const short = cursor.position < cursor.end ? (cursor.bytes[cursor.position] ?? 0) : 0x80;
  if (short < 0x80) {
    cursor.position += 1;
    return short;
  }
  let low = 0;
  for (let shift = 0; shift < 28; shift += 7) {
    const byte = readByte(cursor);
    low |= (byte & 0x7f) << shift;
    if (byte < 0x80) return low;
  }
  let value = BigInt(low);
  for (let shift = 28n; shift < 70n; shift += 7n) {
    const byte = readByte(cursor);
    value |= BigInt(byte & 0x7f) << shift;
    if (byte < 0x80) return BigInt.asUintN(64, value);
  }
  fail(cursor, `has a number of more than 10 bytes before byte ${cursor.position}`);
  return 0;
}

function readByte(cursor: Cursor): number {
  return advance(cursor, 1) ? (cursor.bytes[cursor.position - 1] ?? 0) : 0;
}

/** Reads a length and returns the position where what it measures ends. */
function readEnd(cursor: Cursor): number {
  const start = cursor.position;
  const length = readVarint(cursor);
  if (length <= cursor.end - cursor.position) return cursor.position + Number(length);
  fail(cursor, `is cut off: ${length} bytes announced at byte ${start}, ${cursor.end - cursor.position} are left`);
  return cursor.position;
}

function advance(cursor: Cursor, byteLength: number): boolean {
  if (cursor.end - cursor.position < byteLength) {
    fail(cursor, `is cut off at byte ${cursor.end}`);
    return false;
  }
  cursor.position += byteLength;
  return true;
}

function skipField(cursor: Cursor, tag: number): void {
  if ((tag & 7) === GROUP_START) skipGroup(cursor, tag >>> 3);
  else skipValue(cursor, tag & 7);
}

function skipGroup(cursor: Cursor, fieldNumber: number): void {
  const open = [fieldNumber];
  while (open.length > 0 && cursor.problem === undefined) {
    if (cursor.position === cursor.end) fail(cursor, 'ends inside a group');
    const tag = readTag(cursor);
    const wireType = tag & 7;
    if (wireType === GROUP_START) open.push(tag >>> 3);
    else if (wireType !== GROUP_END) skipValue(cursor, wireType);
    else if (open.pop() !== tag >>> 3) fail(cursor, `closes a group it did not open before byte ${cursor.position}`);
    if (open.length > MAX_DEPTH) fail(cursor, `has more than ${MAX_DEPTH} groups inside each other`);
  }
}

function skipValue(cursor: Cursor, wireType: number): void {
  if (wireType === VARINT) readVarint(cursor);
  else if (wireType === FIXED64) advance(cursor, 8);
  else if (wireType === DELIMITED) skipBytes(cursor);
  else if (wireType === FIXED32) advance(cursor, 4);
  else fail(cursor, `has wire type ${wireType} before byte ${cursor.position}`);
}

function fail(cursor: Cursor, problem: string): void {
  cursor.problem ??= problem;
  cursor.position = cursor.end;
}
