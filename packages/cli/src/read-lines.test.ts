import { Readable } from 'node:stream';

import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { readLines } from './read-lines.ts';

test('the lines of a stream are those of its text, however it is cut, and whether or not the last one ends', async () => {
  const pieces = fc.array(fc.string({ unit: fc.constantFrom('a', 'é', '🚀', '\n') }));

  await fc.assert(
    fc.asyncProperty(pieces, async (pieces) => {
      const lines = await collect(pieces.map((piece) => Buffer.from(piece)));

      expect(lines.join('\n')).toBe(pieces.join(''));
    }),
  );
});

test('a line that is too long is counted in place of being read', async () => {
  let tooLong = 0;

  const lines = await collect([Buffer.from('short\nlonger than ten\nend')], 10, () => void (tooLong += 1));

  expect({ lines, tooLong }).toEqual({ lines: ['short', 'end'], tooLong: 1 });
});

test('the end of a stream that fails is its error', async () => {
  const input = new Readable({ read() {} });
  input.push('line\n');
  input.destroy(new Error('disk on fire'));

  await expect(readLines(input, { maxLength: 10, onTooLong: () => {} }).next()).rejects.toThrow('disk on fire');
});

async function collect(chunks: readonly Buffer[], maxLength = 1000, onTooLong = () => {}): Promise<string[]> {
  const collected: string[] = [];
  for await (const lines of readLines(Readable.from(chunks), { maxLength, onTooLong })) collected.push(...lines);
  return collected;
}
