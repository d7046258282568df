import { pipeline, Readable } from 'node:stream';
import { constants, createGunzip } from 'node:zlib';

/**
 * The bytes of a stream, decompressed if they begin like gzip, whose end may be missing.
 *
 * @throws what the stream fails with, and an error of zlib, whose code begins with `Z_`, for damaged data
 */
export async function* plainBytes(input: Readable): AsyncGenerator<Buffer> {
  const chunks = input[Symbol.asyncIterator]() as AsyncIterableIterator<Buffer>;
  try {
    const start = await startOf(chunks);
    const all = following(start, chunks);
    yield* start.subarray(0, GZIP.length).equals(GZIP) ? decompressed(all) : all;
  } finally {
    await chunks.return?.(); // else stdin keeps the process alive
  }
}

function decompressed(chunks: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
  // Flushed at the end, what is there of a file that was cut off comes out, and is no error.
  const gunzip = createGunzip({ finishFlush: constants.Z_SYNC_FLUSH });
  pipeline(Readable.from(chunks), gunzip, () => {}); // an error is one of gunzip, too
  return gunzip;
}

const GZIP = Buffer.from([0x1f, 0x8b]);

/** As many bytes as tell what it is, or fewer where there are no more. */
async function startOf(chunks: AsyncIterator<Buffer>): Promise<Buffer> {
  let start = Buffer.alloc(0);
  while (start.byteLength < GZIP.length) {
    const { done, value } = await chunks.next();
    if (done === true) break;
    start = Buffer.concat([start, value]);
  }
  return start;
}

async function* following(start: Buffer, chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  if (start.byteLength > 0) yield start;
  yield* chunks;
}
