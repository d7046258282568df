import { once } from 'node:events';
import type { Writable } from 'node:stream';

/** Writes our own lines to a stream that somebody reads more or less quickly. */
export interface LineWriter {
  /** Writes the text and a line break; loses it while the stream cannot take more. */
  write(text: string): void;
  /** Resolves when everything is written, or nobody reads it within a second. */
  flush(): Promise<void>;
}

const FLUSH_MILLIS = 1000;

/** A reader that is slow costs lines of ours, never memory, and is told how many; one that went away costs nothing. */
export function createLineWriter(stream: Writable): LineWriter {
  let lost = 0;
  stream.on('error', () => undefined); // EPIPE: the reader went away
  stream.on('drain', () => {
    if (lost > 0)
      stream.write(`clew: ${lost} ${lost === 1 ? 'message' : 'messages'} dropped: the output is read too slowly\n`);
    lost = 0;
  });
  return {
    write(text) {
      if (stream.writableNeedDrain) lost += 1;
      else if (stream.writable) stream.write(`${text}\n`);
    },
    async flush() {
      if (!stream.writableNeedDrain) return;
      await once(stream, 'drain', { signal: AbortSignal.timeout(FLUSH_MILLIS) }).catch(() => undefined);
    },
  };
}
