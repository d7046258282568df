import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { planSpan } from '../../test/build-trace.ts';
import { emptyLog } from '../log-record.ts';
import { createStore } from '../store/create-store.ts';
import { createTraceIndex } from './trace-index.ts';

test('traces stand in the order of their arrival, and in that of their last change', () => {
  const store = createStore();
  const index = createTraceIndex(store);
  const start = index.change;

  store.addSpans([span('a', '1'), span('b', '1')]);
  store.addSpans([span('a', '2')]);
  const middle = index.change;
  store.addLogs([{ ...emptyLog(), traceId: 'c' }]);

  expect(idsOf(index.entries())).toEqual(['a', 'b', 'c']);
  expect(idsOf(index.changedSince(start))).toEqual(['b', 'a', 'c']);
  expect(idsOf(index.changedSince(middle))).toEqual(['c']);
  expect(index.changedSince(index.change)).toEqual([]);
});

test('a summary follows its trace', () => {
  const store = createStore();
  const index = createTraceIndex(store);
  const summaries = [];

  store.addSpans([span('a', '1')]);
  summaries.push(index.summaryOf('a'));
  store.addSpans([span('a', '2')]);
  summaries.push(index.summaryOf('a'), index.summaryOf('a'));
  store.settle();
  summaries.push(index.summaryOf('a'));

  expect(summaries.map((summary) => [summary?.spans, summary?.complete])).toEqual([
    [1, false],
    [2, false],
    [2, false],
    [2, true],
  ]);
  expect(summaries[1]).toBe(summaries[2]);
  expect(index.summaryOf('elsewhere')).toBeUndefined();
});

test('a trace of many spans is not read again when it grows', () => {
  const store = createStore();
  const index = createTraceIndex(store);
  let reads = 0;
  const counting = {
    ...span('a', 'counting'),
    get status() {
      reads += 1;
      return { code: 0 };
    },
  };
  store.addSpans([counting, ...Array.from({ length: 2000 }, (_, i) => span('a', `${i}`))]);
  index.summaryOf('a');
  const before = reads;

  store.addSpans([span('a', 'late')]);

  expect(index.summaryOf('a')?.spans).toBe(2002);
  expect(before).toBeGreaterThan(0);
  expect(reads).toBe(before);
});

test('traces that had to go are told to those who saw less, and forgotten when everything is', () => {
  const store = createStore({ maxSpans: 2 });
  const index = createTraceIndex(store);
  const start = index.change;

  store.addSpans([span('a', '1'), span('b', '1'), span('c', '1')]);
  const seen = index.change;
  store.addSpans([span('d', '1')]);

  expect(index.goneSince(start)).toEqual(['b']); // nobody was ever told of the first
  expect(index.goneSince(seen)).toEqual(['b']);
  expect(index.goneSince(index.change)).toEqual([]);
  store.clear();
  expect(index.entries()).toEqual([]);
  expect(index.goneSince(seen)).toBeUndefined();
  expect(index.goneSince(index.change)).toEqual([]);
});

test('beyond 20,000 forgotten traces the oldest are not known any more', () => {
  const store = createStore({ maxSpans: 1 });
  const index = createTraceIndex(store);
  const start = index.change;

  for (let i = 0; i < 20_100; i++) store.addSpans([span(`t${i}`, '1')]);

  expect(index.goneSince(start)).toBeUndefined();
  expect(index.goneSince(index.change - 10)?.length).toBeGreaterThan(0);
});

test('numbers of changes are greater than those of a viewer that was started earlier', () => {
  const store = createStore();
  const earlier = createTraceIndex(store, 1000);
  for (let i = 0; i < 500; i++) store.addSpans([span(`t${i}`, '1')]);

  const later = createTraceIndex(createStore(), 1001);

  expect(later.change).toBeGreaterThan(earlier.change);
  expect(later.goneSince(earlier.change)).toBeUndefined();
});

test('whatever comes, who asks for what is newer sees each trace that is here in its last state', () => {
  const step = fc.record({ traceId: fc.constantFrom('a', 'b', 'c', 'd'), spanId: fc.nat(1000).map(String) });

  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), fc.nat(60), (steps, asked) => {
      const store = createStore({ maxSpans: 8 });
      const index = createTraceIndex(store);
      const seen = new Map<string, number | undefined>();
      let since = index.change;
      const look = () => {
        for (const id of index.goneSince(since)!) seen.delete(id);
        for (const entry of index.changedSince(since)) seen.set(entry.traceId, index.summary(entry)?.spans);
        since = index.change;
      };

      for (const [i, { traceId, spanId }] of steps.entries()) {
        store.addSpans([span(traceId, spanId)]);
        if (i % (asked + 1) === 0) look();
      }
      look();

      const held = store.traces().map(({ traceId, spans }) => [traceId, spans.length] as const);
      expect(Object.fromEntries(seen)).toEqual(Object.fromEntries(held));
    }),
  );
});

function span(traceId: string, id: string) {
  return { ...planSpan('work', { id }), traceId };
}

function idsOf(entries: readonly { readonly traceId: string }[]): string[] {
  return entries.map(({ traceId }) => traceId);
}
