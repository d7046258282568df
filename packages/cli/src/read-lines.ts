import type { Readable } from 'node:stream';

import { splitLines } from './split-lines.ts';

export interface ReadLinesOptions {
  /** In characters; a line that is longer is left out and counted by `onTooLong`. */
  readonly maxLength: number;
  readonly onTooLong: () => void;
}

/**
 * The lines of a stream of UTF-8 to its end, as many at once as came at once; the last one need not end in a break.
 * Of the stream no more is in memory than a piece and a line.
 *
 * @throws what the stream fails with
 */
export async function* readLines(input: Readable, options: ReadLinesOptions): AsyncGenerator<readonly string[]> {
  let lines: string[] = [];
  const feed = splitLines((line) => lines.push(line), options);
  for await (const chunk of input as AsyncIterable<Buffer>) {
    feed(chunk);
    yield lines;
    lines = [];
  }
  feed(Buffer.from('\n'));
  yield lines;
}
