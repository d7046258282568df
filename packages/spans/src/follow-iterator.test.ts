import { trace } from '@opentelemetry/api';
import { recordSpans, type RecordedSpans } from '@clew/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { span } from './span.ts';
import { traced } from './traced.ts';

let recorded: RecordedSpans;
beforeEach(() => void (recorded = recordSpans()));
afterEach(() => recorded[Symbol.dispose]());

const numbers = traced('numbers', function* (max: number) {
  for (let each = 1; each <= max; each++) yield span(`make ${each}`, () => each);
  return 'all';
});

const pages = traced('pages', async function* (max: number) {
  for (let each = 1; each <= max; each++) yield await span(`fetch ${each}`, async () => each);
});

test('the span of a generator lasts until it is drained, and its code runs inside the span', () => {
  const iterator = numbers(2);

  expect(recorded.tree()).toBe('numbers (open)');
  expect(Array.from(iterator)).toEqual([1, 2]);
  expect(recorded.tree()).toBe('numbers\n  make 1\n  make 2');
});

test('what a generator yields, is sent, and returns goes through', () => {
  const echo = span('echo', () =>
    (function* (): Generator<string, string, string> {
      return `got ${yield 'ready'}`;
    })(),
  );

  expect([echo.next(), echo.next('mail')]).toEqual([
    { value: 'ready', done: false },
    { value: 'got mail', done: true },
  ]);
  expect(recorded.tree()).toBe('echo');
});

test('a generator that is left early has ended', () => {
  for (const each of numbers(9)) if (each === 2) break;

  expect(recorded.named('numbers').ended).toBe(true);
});

test('an error in a generator is on its span, and is thrown', () => {
  const error = new Error('no more');
  const failing = traced('numbers', function* () {
    yield 1;
    throw error;
  });

  expect(() => [...failing()]).toThrow(error);

  expect(recorded.tree()).toBe('numbers !no more');
});

test('an error that is thrown into a generator and not caught there is on its span', () => {
  const iterator = numbers(2);
  iterator.next();

  expect(() => iterator.throw(new Error('stop'))).toThrow('stop');

  expect(recorded.tree()).toBe('numbers !stop\n  make 1');
});

test('the consumer of a generator runs outside its span', () => {
  for (const _each of numbers(1)) expect(trace.getActiveSpan()).toBeUndefined();
});

test('iterator helpers are followed like the generator they are made of', () => {
  const values = [1, 2].values() as unknown as { map(double: (each: number) => number): Iterable<number> };

  const doubled = span('doubled', () => values.map((each) => each * 2));

  expect(recorded.tree()).toBe('doubled (open)');
  expect([...doubled]).toEqual([2, 4]);
  expect(recorded.tree()).toBe('doubled');
});

test('the span of an async generator lasts until it is drained, and its code runs inside the span', async () => {
  expect(await collect(pages(2))).toEqual([1, 2]);

  expect(recorded.tree()).toBe('pages\n  fetch 1\n  fetch 2');
});

test('an async generator that is left early has ended', async () => {
  for await (const each of pages(9)) if (each === 2) break;

  expect(recorded.named('pages').ended).toBe(true);
});

test('an error in an async generator is on its span, and rejects', async () => {
  const error = new Error('page lost');
  const failing = traced('pages', async function* () {
    yield 1;
    throw error;
  });

  await expect(collect(failing())).rejects.toBe(error);

  expect(recorded.tree()).toBe('pages !page lost');
});

test('an async iterable is followed by the iterator that is taken from it', async () => {
  const cursor = { [Symbol.asyncIterator]: () => pages(2), size: 2 };

  const result = span('cursor', () => cursor);
  expect(result).toBe(cursor);
  expect(recorded.tree()).toBe('cursor (open)');
  expect(await collect(result)).toEqual([1, 2]);

  expect(recorded.named('cursor').ended).toBe(true);
});

test('an async iterator that says so without a promise is followed too', async () => {
  let left = 2;
  const iterator = {
    next: () => ({ done: left === 0, value: left-- }),
    [Symbol.asyncIterator]() {
      return this;
    },
  };

  const result = span('countdown', () => iterator);

  expect(await collect(result as unknown as AsyncIterable<number>)).toEqual([2, 1]);
  expect(recorded.tree()).toBe('countdown');
});

test('an iterator without a return that is left early has ended', async () => {
  const endless = {
    next: () => Promise.resolve({ done: false as const, value: 1 }),
    [Symbol.asyncIterator]() {
      return this;
    },
  };

  for await (const _each of span('endless', () => endless)) break;

  expect(recorded.tree()).toBe('endless');
});

test('how long the first item took is on the span, and nothing where there was none', () => {
  Array.from(numbers(3));
  Array.from(span('none', () => numbers(0)));

  const times = recorded.spans
    .filter(({ name }) => name === 'numbers' || name === 'none')
    .map(({ attributes }) => attributes['clew.time_to_first_item']);
  expect(times).toEqual([expect.any(Number), undefined, undefined]);
});

async function collect<T>(iterable: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of iterable) items.push(item);
  return items;
}
