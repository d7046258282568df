/** Bytes that are no message of the kind that was expected. */
export class UnreadableError extends RangeError {
  override readonly name = 'UnreadableError';
}

/** A field of a message: a number for a varint, otherwise bytes (of wire types 1 and 5 eight and four). */
export interface ProtobufField {
  readonly number: number;
  readonly value: bigint | Buffer;
}

/**
 * Reads the fields of a message, one after the other. Bytes of values are not copied.
 *
 * @throws an `UnreadableError` for what is no message, when it gets there
 * @see https://protobuf.dev/programming-guides/encoding/
 */
export function* fieldsOf(message: Buffer): Generator<ProtobufField, void> {
  let position = 0;

  function varint(): bigint {
    let low = 0; // the first 28 bits
    let high = 0n;
    for (let index = 0; index < MAX_VARINT_BYTES; index++) {
      const byte = message[position++];
      if (byte === undefined) throw new UnreadableError('it ends in the middle of a number');
      if (index < LOW_BYTES) low |= (byte & 0x7f) << (7 * index);
      else high |= BigInt(byte & 0x7f) << BigInt(7 * index);
      if (byte < 0x80) return BigInt.asUintN(64, high | BigInt(low));
    }
    throw new UnreadableError('it has a number of more than 64 bits');
  }

  function take(length: number): Buffer {
    position += length;
    if (position > message.length) throw new UnreadableError('it ends in the middle of a field');
    return message.subarray(position - length, position);
  }

  function valueOf(wireType: number): bigint | Buffer {
    if (wireType === 0) return varint();
    if (wireType === 1) return take(8);
    if (wireType === 2) return take(Number(varint()));
    if (wireType === 5) return take(4);
    throw new UnreadableError(`it has a field of the unknown type ${wireType}`);
  }

  while (position < message.length) {
    const tag = Number(varint());
    yield { number: Math.floor(tag / 8), value: valueOf(tag % 8) };
  }
}

const MAX_VARINT_BYTES = 10;
/** Bytes of a varint that fit into a small number. */
const LOW_BYTES = 4;

/** The same bytes, to be read by `fieldsOf`. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
