import type { Readable } from 'node:stream';

/** The text of a stream that may still be written to. */
export interface GrowingText {
  /** Returns the text that has come so far. */
  soFar(): string;
  /**
   * Resolves with the first match in the whole text as soon as there is one, or with null when `ended` settles without.
   */
  until(pattern: RegExp, ended: Promise<unknown>): Promise<RegExpExecArray | null>;
}

export function growingText(stream: Readable): GrowingText {
  let text = '';
  const watchers = new Set<() => void>();
  stream.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
    for (const look of watchers) look();
  });
  return {
    soFar: () => text,
    async until(pattern, ended) {
      const stateless = new RegExp(pattern.source, pattern.flags.replaceAll(/[gy]/g, '')); // not on from a last match
      const found = new Promise<void>((resolve) => {
        const look = () => {
          if (!stateless.test(text)) return;
          watchers.delete(look);
          resolve();
        };
        watchers.add(look);
        look();
      });
      await Promise.race([found, ended]);
      return stateless.exec(text);
    },
  };
}
