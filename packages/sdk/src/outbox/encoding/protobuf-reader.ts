import { DELIMITED, FIXED32, FIXED64, VARINT } from './protobuf-writer.ts';

/** Bytes that are no message of the kind that was expected. */
export class UnreadableError extends RangeError {
  override readonly name = 'UnreadableError';
}

/**
 * Gets a field of a message. Of a varint, the lower and the upper half of its 64 bits, unsigned; of all other types, where
 * the value starts and ends.
 */
export type VisitField = (number: number, wireType: number, startOrLow: number, endOrHigh: number) => void;

/**
 * Reads the fields of a message that stands in `bytes`, one after the other. It makes no object of them: an adopted store
 * may have a hundred thousand spans.
 *
 * @throws an `UnreadableError` for what is no message, when it gets there
 * @see https://protobuf.dev/programming-guides/encoding/
 */
export function readFields(bytes: Buffer, start: number, end: number, visit: VisitField): void {
  let position = start;
  let low = 0;
  let high = 0;

  function readVarint(): void {
    low = 0;
    high = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      if (position >= end) throw new UnreadableError('it ends in the middle of a number');
      const byte = bytes[position++] as number;
      const bits = byte & 0x7f;
      if (shift < 32) low |= bits << shift;
      if (shift > 28) high |= bits << (shift - 32);
      else if (shift === 28) high = bits >>> 4;
      if (byte < 0x80) return;
    }
    throw new UnreadableError('it has a number of more than 64 bits');
  }

  function visitBytes(number: number, wireType: number, length: number): void {
    const from = position;
    if (length > end - from) throw new UnreadableError('it ends in the middle of a field');
    position += length;
    visit(number, wireType, from, position);
  }

  while (position < end) {
    readVarint();
    const number = low >>> 3;
    const wireType = low & 7;
    if (wireType === FIXED64) visitBytes(number, wireType, 8);
    else if (wireType === FIXED32) visitBytes(number, wireType, 4);
    else if (wireType === VARINT || wireType === DELIMITED) {
      readVarint();
      if (wireType === VARINT) visit(number, wireType, low >>> 0, high >>> 0);
      else visitBytes(number, wireType, numberOf(low >>> 0, high >>> 0));
    } else throw new UnreadableError(`it has a field of the unknown type ${wireType}`);
  }
}

/** The number in the halves of an unsigned varint, exact up to 2^53. */
export const numberOf = (low: number, high: number): number => high * 2 ** 32 + low;

/** The same bytes, to be read by `readFields`. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
