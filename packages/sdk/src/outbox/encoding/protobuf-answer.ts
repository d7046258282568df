/** Answer of a backend, in all signals alike. */
export interface ProtobufAnswer {
  readonly partialSuccess?: { readonly rejected?: number; readonly errorMessage?: string };
}

/**
 * Decodes a backend's answer: `ExportTraceServiceResponse` and the same messages of the other signals.
 *
 * @throws a `RangeError` for what is no such message
 * @see https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/collector/trace/v1/trace_service.proto
 */
export function readProtobufAnswer(bytes: Uint8Array): ProtobufAnswer {
  const partial = fieldsOf(bytes).get(PARTIAL_SUCCESS);
  if (!(partial instanceof Uint8Array)) return {};
  const fields = fieldsOf(partial);
  const rejected = fields.get(REJECTED);
  const message = fields.get(ERROR_MESSAGE);
  return {
    partialSuccess: {
      ...(typeof rejected === 'number' && { rejected }),
      ...(message instanceof Uint8Array && { errorMessage: new TextDecoder().decode(message) }),
    },
  };
}

const PARTIAL_SUCCESS = 1;
const [REJECTED, ERROR_MESSAGE] = [1, 2];

/** Values by field number; of a field that is there twice the last one, as protobuf wants it. */
function fieldsOf(bytes: Uint8Array): Map<number, number | Uint8Array> {
  const fields = new Map<number, number | Uint8Array>();
  let position = 0;

  /** Exact up to 2^53, and far from any count beyond. */
  function varint(): number {
    let value = 0;
    for (let factor = 1; ; factor *= 0x80) {
      const byte = bytes[position++];
      if (byte === undefined) throw new RangeError('it ends in the middle of a number');
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
    }
  }

  function take(length: number): Uint8Array {
    position += length;
    if (position > bytes.length) throw new RangeError('it ends in the middle of a field');
    return bytes.subarray(position - length, position);
  }

  while (position < bytes.length) {
    const tag = varint();
    const read = READERS[tag % 8];
    if (read === undefined) throw new RangeError(`it has a field of the unknown type ${tag % 8}`);
    fields.set(Math.floor(tag / 8), read(varint, take));
  }
  return fields;
}

type Read = (varint: () => number, take: (length: number) => Uint8Array) => number | Uint8Array;

/** By wire type. */
const READERS: Readonly<Record<number, Read>> = {
  0: (varint) => varint(),
  1: (_varint, take) => take(8),
  2: (varint, take) => take(varint()),
  5: (_varint, take) => take(4),
};
