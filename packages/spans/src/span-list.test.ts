import { array, assert, constantFrom, property, record, nat } from 'fast-check';
import { expect, test } from 'vitest';

import type { ReadableSpan } from './readable-span.ts';
import { SpanList } from './span-list.ts';

const someSpan = (): ReadableSpan => ({
  spanContext: () => ({ traceId: '1'.repeat(32), spanId: '1'.repeat(16), traceFlags: 1 }),
});

test('whatever is added and removed, and however often, the youngest are listed in their order', () => {
  const capacity = 4;
  const step = record({ op: constantFrom('add', 'delete'), index: nat(9) });

  assert(
    property(array(step, { maxLength: 60 }), (steps) => {
      const spans = Array.from({ length: 10 }, someSpan);
      const list = new SpanList(capacity);
      let listed: ReadableSpan[] = [];
      const added = new Set<ReadableSpan>();
      const removed = new Set<ReadableSpan>();
      for (const { op, index } of steps) {
        const span = spans[index] as ReadableSpan;
        if (op === 'add') {
          expect(list.add(span)).toBe(!added.has(span));
          if (!added.has(span)) listed = [...listed, span].slice(-capacity);
          added.add(span);
        } else {
          expect(list.delete(span)).toBe(added.has(span) && !removed.has(span));
          listed = listed.filter((each) => each !== span);
          if (added.has(span)) removed.add(span);
        }
        expect([...list]).toStrictEqual(listed);
        expect(list.size).toBe(listed.length);
      }
    }),
  );
});

test('who goes through the list may end its spans', () => {
  const list = new SpanList(4);
  const [first, second, third] = [someSpan(), someSpan(), someSpan()];
  for (const span of [first, second, third]) list.add(span);
  const seen: ReadableSpan[] = [];

  for (const span of list) {
    seen.push(span);
    list.delete(first);
    list.delete(second);
  }

  expect(seen).toEqual([first, third]);
});
