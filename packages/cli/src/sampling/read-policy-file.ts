import type { Readable } from 'node:stream';

import type { PolicyReading } from '@clew/sampling/policy';

import { openInput } from '../input-file.ts';

/** Bytes after which a file is not read on: a policy of 128 Ki characters, all of four bytes, is shorter. */
const MAX_BYTES = 512 * 1024 + 1;

/**
 * Reads the policy in a file, or on stdin for `-`.
 *
 * @throws what reading the file fails with
 */
export async function readPolicyFile(file: string): Promise<PolicyReading> {
  const { readPolicy } = await import('@clew/sampling/policy');
  return readPolicy(await startOf(openInput(file)));
}

async function startOf(input: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of input as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.byteLength;
    if (size > MAX_BYTES) break;
  }
  return Buffer.concat(chunks).toString();
}
