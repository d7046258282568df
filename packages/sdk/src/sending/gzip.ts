import { promisify } from 'node:util';

/** Compresses a body, off the main thread. */
export async function gzip(body: Uint8Array): Promise<Uint8Array> {
  const zlib = process.getBuiltinModule('node:zlib');
  return promisify<Uint8Array, Uint8Array>(zlib.gzip)(body);
}
