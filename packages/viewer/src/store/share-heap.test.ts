import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { createShareHeap, type Ranked } from './share-heap.ts';

test('the biggest share is on top, whatever grows, shrinks, comes and goes', () => {
  const step = fc.tuple(fc.nat(20), fc.option(fc.nat(5), { freq: 6 }));

  fc.assert(
    fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
      const heap = createShareHeap<Ranked>('bytes');
      const present = new Map<number, Ranked>();
      for (const [name, bytes] of steps) {
        const share = present.get(name);
        if (share !== undefined && bytes === null) {
          heap.remove(share);
          present.delete(name);
        } else if (share !== undefined && bytes !== null) {
          share.bytes = bytes;
          heap.moved(share);
        } else if (bytes !== null) {
          present.set(name, newShare(name, bytes));
          heap.add(present.get(name)!);
        }
        const [most] = [...present.values()].toSorted((a, b) => b.bytes - a.bytes || a.order - b.order);
        expect(heap.biggest()).toBe(most);
      }
    }),
  );
});

test('a change among a hundred thousand shares looks at some dozens of them', () => {
  let looks = 0;
  const heap = createShareHeap<Ranked>('spans');
  const shares = Array.from({ length: 100_000 }, (_, i) => {
    let spans = i;
    return Object.defineProperty(newShare(i, 0), 'spans', {
      get: () => {
        looks += 1;
        return spans;
      },
      set(value: number) {
        spans = value;
      },
    });
  });
  for (const share of shares) heap.add(share);

  looks = 0;
  for (let i = 0; i < 1000; i++) {
    const biggest = heap.biggest()!;
    biggest.spans = 0;
    heap.moved(biggest);
  }

  expect(looks).toBeLessThan(1000 * 200);
  expect(heap.biggest()?.order).toBe(98_999);
});

function newShare(order: number, bytes: number): Ranked {
  return { spans: 0, bytes, order, places: { spans: 0, bytes: 0 } };
}
