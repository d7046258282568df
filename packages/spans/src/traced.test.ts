import { trace } from '@opentelemetry/api';
import { promisify } from 'node:util';

import { recordSpans, type RecordedSpans } from '@clew/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { traced } from './traced.ts';

let recorded: RecordedSpans;
beforeEach(() => void (recorded = recordSpans()));
afterEach(() => recorded[Symbol.dispose]());

test('each call of a traced function is a span', () => {
  const add = traced('add', (a: number, b: number) => a + b);

  expect([add(1, 2), add(3, 4)]).toEqual([3, 7]);

  expect(recorded.tree()).toBe('add\nadd');
});

test('attributes are made from the arguments of each call', () => {
  const charge = traced('charge', (card: { brand: string }) => card.brand.length, {
    attributes: (card) => ({ 'card.brand': card.brand }),
  });

  charge({ brand: 'visa' });

  expect(recorded.named('charge').attributes).toEqual({ 'card.brand': 'visa' });
});

test('a traced function has the name, length and properties of the function, and writes go to it', () => {
  const original = Object.assign(function place(_cart: unknown, _user: unknown) {}, { version: 1 });

  const place = traced('order.place', original);
  place.version = 2;

  expect([place.name, place.length, original.version]).toEqual(['place', 2, 2]);
  expect(Object.keys(place)).toEqual(['version']);
});

test('a traced function that is promisified uses the promisify.custom of the function', async () => {
  const custom = () => Promise.resolve('custom');
  const original = Object.assign((callback: (error: null, value: string) => void) => callback(null, 'plain'), {
    [promisify.custom]: custom,
  });

  expect(promisify(traced('read', original))).toBe(custom);
});

test('a traced method has its this', () => {
  class Counter {
    #count = 0;
    add = traced('add', function (this: Counter, by: number) {
      return (this.#count += by);
    });
  }

  const counter = new Counter();
  counter.add(1);

  expect(counter.add(2)).toBe(3);
});

test('a traced class makes instances of the class, and can be extended', () => {
  class Order {
    readonly id: number;
    readonly target: unknown;
    constructor(id: number) {
      this.id = id;
      this.target = new.target;
    }
  }
  const TracedOrder = traced('new order', Order);
  class Special extends TracedOrder {}

  const order = new TracedOrder(7);
  const special = new Special(8);

  expect(order).toBeInstanceOf(Order);
  expect([order.id, order.target === Order, order.constructor === Order]).toEqual([7, true, true]);
  expect([special instanceof Special, special.id, special.target === Special]).toEqual([true, 8, true]);
  expect(recorded.tree()).toBe('new order\nnew order');
});

test('a constructor is over when it returns, whatever it made', () => {
  const TracedStream = traced('new stream', ReadableStream);

  const stream = new TracedStream();

  expect(stream.locked).toBe(false);
  expect(recorded.tree()).toBe('new stream');
});

test('a method that returns this is over, whatever this is', () => {
  const logger = Object.assign(new ReadableStream(), {
    info: traced('log', function <T>(this: T) {
      return this;
    }),
  });

  expect(logger.info()).toBe(logger);

  expect(recorded.tree()).toBe('log');
});

test('a traced function called before an SDK is registered is traced from then on', () => {
  recorded[Symbol.dispose]();
  const place = traced('place', () => 'placed');
  expect(place()).toBe('placed');

  recorded = recordSpans();
  place();

  expect(recorded.tree()).toBe('place');
});

test('without an SDK, functions get what they give and attributes are not asked for', () => {
  recorded[Symbol.dispose]();
  const asked: unknown[] = [];
  const promise = Promise.resolve(1);

  const result = traced('place', () => promise, { attributes: () => ({ asked: asked.push(1) }) })();

  expect(result).toBe(promise);
  expect(asked).toEqual([]);
});

test('without an SDK a call costs no more than the API by hand does', () => {
  recorded[Symbol.dispose]();
  const add = traced('add', (a: number, b: number) => a + b, { attributes: { a: 1 } });
  const byHand = (a: number, b: number) => {
    return trace.getTracer('app').startActiveSpan('add', { attributes: { a: 1 } }, (span) => {
      try {
        return a + b;
      } finally {
        span.end();
      }
    });
  };
  const round = (call: typeof byHand) => {
    const start = performance.now();
    for (let i = 0; i < 20_000; i++) call(i, 1);
    return performance.now() - start;
  };

  const rounds = Array.from({ length: 50 }, () => [round(add), round(byHand)] as const);

  // Side by side, and of each the round that no other process disturbed.
  const [ours, theirs] = [0, 1].map((index) => Math.min(...rounds.map((times) => times[index as 0 | 1])));
  expect(ours).toBeLessThan(theirs as number);
});
