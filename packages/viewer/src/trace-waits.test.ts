import { expect, test } from 'vitest';

import { emptySpan, type SpanRecord } from './span-record.ts';
import { createStore } from './store/create-store.ts';
import { createTraceWaits } from './trace-waits.ts';

test('waiting for spans looks at each span once', async () => {
  const { store, waits } = startStore();
  for (let i = 0; i < 100; i++) store.addSpans([span('t1', `early ${i}`)]);
  let looks = 0;
  const isLate = ({ name }: SpanRecord) => {
    looks += 1;
    return name.startsWith('late');
  };

  const waiting = waits.waitForSpans(isLate, { count: 50 });
  for (let i = 0; i < 50; i++) store.addSpans([span('t1', `late ${i}`)]);

  expect((await waiting).map(({ name }) => name)).toEqual(Array.from({ length: 50 }, (_, i) => `late ${i}`));
  expect(looks).toBe(150);
});

test('spans that are here no longer do not count', async () => {
  const { store, waits } = startStore({ maxSpans: 2 });
  const waiting = waits.waitForSpans(() => true, { count: 2 });

  store.addSpans([span('t1', 'cleared')]);
  store.clear();
  store.addSpans([span('t2', 'evicted')]);
  store.addSpans([span('t3', 'first'), span('t3', 'second')]);

  expect((await waiting).map(({ name }) => name)).toEqual(['first', 'second']);
});

test('a trace that gets what it lacked after it was complete is found', async () => {
  const { store, waits } = startStore();
  store.addSpans([span('t1', 'root')]);
  store.settle();

  const waiting = waits.waitForTrace(({ spans }) => spans.length === 2);
  store.addSpans([span('t1', 'late')]);
  store.settle();

  expect((await waiting).spans.map(({ name }) => name)).toEqual(['root', 'late']);
});

function startStore(options = {}) {
  const store = createStore(options);
  return { store, waits: createTraceWaits(store, new AbortController().signal) };
}

function span(traceId: string, name: string): SpanRecord {
  return { ...emptySpan(), traceId, spanId: name, name };
}
