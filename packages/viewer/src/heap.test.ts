import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { createHeap } from './heap.ts';

interface Item {
  readonly weight: number;
  place: number;
}

test('the heaviest item is on top and every item knows its place, whatever comes, changes and goes', () => {
  const step = fc.record({ what: fc.constantFrom('add', 'replace', 'remove'), weight: fc.nat(20), at: fc.nat(50) });

  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const heap = createHeap<Item>(
        (item, other) => item.weight > other.weight,
        (item, place) => void (item.place = place),
      );
      const present = new Set<Item>();
      for (const { what, weight, at } of steps) {
        const known = heap.items[at];
        if (what !== 'add' && known === undefined) continue;
        if (known !== undefined && what !== 'add') present.delete(known);
        if (what === 'remove') heap.remove(at);
        else {
          const item: Item = { weight, place: -1 };
          present.add(item);
          if (what === 'add') heap.add(item);
          else heap.replace(at, item);
        }
        expect(new Set(heap.items)).toEqual(present);
        expect(heap.items.every((each, place) => each.place === place)).toBe(true);
        expect(heap.items[0]?.weight).toBe(
          present.size === 0 ? undefined : Math.max(...[...present].map((each) => each.weight)),
        );
      }
    }),
  );
});
