import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';

/** Stands for stdin where a file is named. */
export const STDIN = '-';

export function openInput(file: string): Readable {
  return file === STDIN ? process.stdin : createReadStream(file);
}
