import { type BodyReader, ENCODINGS, type Refusal } from './read-body.ts';

/**
 * The messages of gRPC as they stand in the body of a request or an answer.
 *
 *     ┌────────────┬──────────────────────┬─────────┐
 *     │ compressed │ length, big endian   │ message │
 *     └────────────┴──────────────────────┴─────────┘
 *       1 byte       4 bytes
 *
 * @see https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md
 */
const PREFIX_BYTES = 5;
const MAX_TEXT = 500;

/** Reads the one message that a unary request carries, and inflates it. */
export async function readGrpcMessage(
  body: Buffer,
  encoding: string,
  inflate: BodyReader['inflate'],
): Promise<Buffer | Refusal> {
  if (body.length < PREFIX_BYTES) return malformed(`has ${body.length} bytes where a message of gRPC begins`);
  const compressed = body.readUInt8(0);
  const end = PREFIX_BYTES + body.readUInt32BE(1);
  const message = body.subarray(PREFIX_BYTES, end);
  if (body.length < end) {
    return malformed(`is cut off: a message of ${end - PREFIX_BYTES} bytes announced, ${message.length} came`);
  }
  if (body.length > end) return malformed('carries more than one message');
  if (compressed === 0) return message;
  if (compressed !== 1) return malformed(`has ${compressed} where 1 says that a message is compressed, and 0 that not`);
  if (ENCODINGS.includes(encoding)) return inflate(message, encoding);
  if (encoding === 'identity') return malformed('has a compressed message without a grpc-encoding');
  return { status: 404, problem: `has the unsupported grpc-encoding ${JSON.stringify(encoding)}` };
}

/** Frames a message that is not compressed. */
export function grpcFrame(message: Uint8Array): Buffer {
  const frame = Buffer.alloc(PREFIX_BYTES + message.length);
  frame.writeUInt32BE(message.length, 1);
  frame.set(message, PREFIX_BYTES);
  return frame;
}

/** Text for the trailer `grpc-message`: everything but visible ASCII is percent-encoded. */
export function grpcMessageText(text: string): string {
  return text.slice(0, MAX_TEXT).replaceAll(/[^ -$&-~]+/g, (part) => {
    return Array.from(Buffer.from(part), (byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('');
  });
}

function malformed(problem: string): Refusal {
  return { status: 400, problem };
}
