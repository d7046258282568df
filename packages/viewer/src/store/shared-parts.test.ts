import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { createSharedParts } from './shared-parts.ts';
import { createTraceShelf } from './trace-shelf.ts';

const RESOURCES = ['orders', 'x'.repeat(5000), ''].map((name) => ({ attributes: { 'service.name': name } }));
const SCOPES = ['http', 'y'.repeat(3000), ''].map((name) => ({ name, version: '' }));

test('a part counts once, from the first record that has it to the last', () => {
  const step = fc.record({ resource: fc.nat(2), scope: fc.nat(2), gives: fc.boolean() });

  fc.assert(
    fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
      const shelf = createTraceShelf();
      shelf.place('t1', 'orders');
      const parts = createSharedParts(shelf);
      const kept: { resource: number; scope: number; number: number }[] = [];
      for (const { resource, scope, gives } of steps) {
        const record = { resource: RESOURCES[resource]!, scope: SCOPES[scope]! };
        if (gives && kept.length > 0) {
          parts.release(kept.shift()!.number);
        } else {
          const expected = shelf.total.bytes + parts.cost(record);
          kept.push({ resource, scope, number: parts.keep(record, 'orders') });
          expect(shelf.total.bytes).toBe(expected);
        }
        for (const each of kept) {
          expect(parts.of(each.number)).toMatchObject({
            resource: RESOURCES[each.resource],
            scope: SCOPES[each.scope],
          });
        }
        expect(shelf.total.bytes).toBe(bytesOf(kept));
      }
    }),
  );
});

test('bytes of a part count for a service as long as it has traces, and in total as long as they are there', () => {
  const shelf = createTraceShelf();
  const parts = createSharedParts(shelf);
  const record = { resource: RESOURCES[1]!, scope: SCOPES[0]! };
  const [first, small] = [shelf.place('t1', 'big'), shelf.place('t2', 'small')];
  shelf.charge(first, { spans: 0, bytes: 100 });
  shelf.charge(small, { spans: 0, bytes: 200 });
  const number = parts.keep(record, 'big');

  const whileItHasTraces = shelf.victim('bytes', 'other', { spans: 1, bytes: 1 }, '');
  shelf.remove(first);
  const afterwards = shelf.victim('bytes', 'other', { spans: 1, bytes: 1 }, '');
  const held = shelf.total.bytes;
  parts.release(number);
  const left = shelf.total.bytes;
  shelf.remove(small);

  expect(whileItHasTraces).toBe(first);
  expect(afterwards).toBe(small);
  expect(held - left).toBeGreaterThan(5000);
  expect(shelf.total).toEqual({ spans: 0, bytes: 0 });
});

/** The bytes of the distinct parts in a store that never gave any up. */
function bytesOf(kept: readonly { resource: number; scope: number }[]): number {
  const shelf = createTraceShelf();
  shelf.place('t1', 'orders');
  const parts = createSharedParts(shelf);
  for (const { resource, scope } of kept)
    parts.keep({ resource: RESOURCES[resource]!, scope: SCOPES[scope]! }, 'orders');
  return shelf.total.bytes;
}
