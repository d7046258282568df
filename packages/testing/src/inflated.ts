import { constants, gunzipSync } from 'node:zlib';

const GZIP = Buffer.from([0x1f, 0x8b, 0x08]);
/** A message of gRPC has its compression and its length before it. */
const GRPC_PREFIX_LENGTH = 5;

/** A body as it came and, where it or the gRPC message in it is compressed with gzip, as it was before. */
export function inflated(body: Uint8Array): Uint8Array[] {
  const starts = [0, GRPC_PREFIX_LENGTH].filter((start) => GZIP.equals(body.subarray(start, start + GZIP.length)));
  return [body, ...starts.flatMap((start) => inflated(gunzip(body.subarray(start))))];
}

/** Inflates as much as it can, also of a body that was cut off. */
function gunzip(bytes: Uint8Array): Uint8Array {
  try {
    return gunzipSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH });
  } catch {
    return new Uint8Array(); // it only looked like gzip
  }
}
