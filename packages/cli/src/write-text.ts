import type { Writable } from 'node:stream';

/**
 * Writes the text and resolves when the stream has taken it, however slowly it is read.
 *
 * @returns whether there is still a reader: `false` once it went away, as `head` does; never rejects
 */
export function writeText(stream: Writable, text: string): Promise<boolean> {
  if (stream.listenerCount('error', ignore) === 0) stream.on('error', ignore); // EPIPE; the callback has it too
  return new Promise((resolve) => {
    stream.write(text, (error) => resolve(error === undefined || error === null));
  });
}

function ignore(): void {}
