import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { splitLines } from './split-lines.ts';

test('lines are the same however the bytes are cut into chunks', () => {
  const cuts = fc.array(fc.nat({ max: 100 }));

  fc.assert(
    fc.property(fc.array(fc.string({ unit: fc.constantFrom('a', 'é', '🚀', '"', '{') })), cuts, (lines, cuts) => {
      const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
      const edges = [0, ...cuts.filter((cut) => cut < bytes.length).toSorted((a, b) => a - b), bytes.length];

      const chunks = edges.slice(1).map((edge, i) => bytes.subarray(edges[i], edge));

      expect(collect(chunks)).toEqual(lines);
    }),
  );
});

test('a line that is too long is left out, and the next one is not', () => {
  const long = Buffer.from('x'.repeat(50_000));

  expect(collect([long, long, Buffer.from('end\nnext\n')])).toEqual(['next']);
  expect(collect([Buffer.concat([long, long, Buffer.from('\nnext\n')])])).toEqual(['next']);
});

test('a line without its end is not told', () => {
  expect(collect([Buffer.from('whole\npart')])).toEqual(['whole']);
});

function collect(chunks: readonly Buffer[]): string[] {
  const lines: string[] = [];
  const feed = splitLines((line) => lines.push(line));
  for (const chunk of chunks) feed(chunk);
  return lines;
}
