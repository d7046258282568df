import { SendError } from './send-error.ts';

const TOO_LONG = 'the answer is too long';
const MAX_BYTES = 4 * 1024 * 1024;

/**
 * The whole answer of a backend.
 *
 * @throws SendError when it is longer than 4 MiB
 */
export async function readBody(answer: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of answer) {
    length += chunk.byteLength;
    if (length > MAX_BYTES) {
      throw new SendError(TOO_LONG, `the answer is longer than ${MAX_BYTES} bytes`, false);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Whether `readBody` gave up on an answer because of its length. */
export function isTooLong(error: unknown): boolean {
  return error instanceof SendError && error.reason === TOO_LONG;
}
