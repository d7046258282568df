import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { createSpanIndex, type SpanKey } from './span-index.ts';

test('an index finds what was added and not removed, like a map', () => {
  const key = fc.tuple(fc.nat(2), fc.integer({ min: -2, max: 2 }), fc.integer({ min: -40, max: 40 }));
  const steps = fc.array(fc.tuple(key, fc.boolean()), { maxLength: 2000, size: 'max' });

  fc.assert(
    fc.property(steps, (sequence) => {
      const keys: SpanKey[] = [[0, 0, 0]];
      const index = createSpanIndex((address) => keys[address]!);
      const model = new Map<string, number>();
      for (const [key, adds] of sequence) {
        const known = model.get(String(key)) ?? 0;
        expect(index.find(key, () => true)).toBe(known);
        if (adds && known === 0) {
          const address = keys.push(key) - 1;
          index.add(address);
          model.set(String(key), address);
        } else if (!adds && known !== 0) {
          index.remove(known);
          model.delete(String(key));
        }
      }
      for (const [text, address] of model) {
        expect(index.find(text.split(',').map(Number) as unknown as SpanKey, () => true)).toBe(address);
      }
    }),
    { numRuns: 50 },
  );
});

test('an index holds a hundred thousand spans, and each is found with few looks at keys', () => {
  const keys: SpanKey[] = [[0, 0, 0]];
  let looks = 0;
  const index = createSpanIndex((address) => {
    looks += 1;
    return keys[address]!;
  });
  for (let i = 1; i <= 100_000; i++) {
    keys.push([i >> 3, i, 7]);
    index.add(i);
  }

  looks = 0;
  const found = keys.slice(1).map((key) => index.find(key, () => true));

  expect(found).toEqual(keys.slice(1).map((_key, i) => i + 1));
  expect(looks).toBeLessThan(300_000);
});

test('of spans with the same key, the one that is meant is found', () => {
  const index = createSpanIndex(() => [1, 2, 3]);

  index.add(4);
  index.add(5);

  expect(index.find([1, 2, 3], (address) => address === 5)).toBe(5);
  index.remove(4);
  expect(index.find([1, 2, 3], (address) => address === 4)).toBe(0);
});

test('an index that was cleared is empty', () => {
  const index = createSpanIndex((address) => [address, 0, 0]);
  for (let address = 1; address < 5000; address++) index.add(address);

  index.clear();

  expect(index.find([7, 0, 0], () => true)).toBe(0);
});
