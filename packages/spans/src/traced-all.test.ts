import { recordSpans, type RecordedSpans } from '@clew/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';

import * as namespace from './find-tracer.ts';
import { tracedAll } from './traced-all.ts';

let recorded: RecordedSpans;
beforeEach(() => void (recorded = recordSpans()));
afterEach(() => recorded[Symbol.dispose]());

class Orders {
  static Filter = class Filter extends Set {};
  readonly Filter = Orders.Filter;
  #rows = ['book'];
  limit = 10;

  get count() {
    return this.#rows.length;
  }

  async find(id: number) {
    return this.read(id);
  }

  read(id: number) {
    return this.#rows[id];
  }

  add(row: string) {
    this.#rows.push(row);
    return this;
  }

  *[Symbol.iterator]() {
    yield* this.#rows;
  }
}

test('each call of a method from outside is a span, named by class and method', async () => {
  const orders = tracedAll(new Orders());

  expect(await orders.find(0)).toBe('book');

  expect(recorded.tree()).toBe('Orders.find');
});

test('the names of the spans begin with the prefix', () => {
  const orders = tracedAll({ find: () => 1 }, { prefix: 'orders' });

  orders.find();
  tracedAll({ find: () => 1 }).find();

  expect(recorded.tree()).toBe('orders.find\nfind');
});

test('private fields, getters, setters and methods named by symbols work', () => {
  const original = new Orders();
  const orders = tracedAll(original);

  orders.limit = 5;

  expect([orders.count, [...orders], original.limit]).toEqual([1, ['book'], 5]);
  expect(orders).toBeInstanceOf(Orders);
});

test('a method that returns this returns the traced object, so that chains are traced', () => {
  const orders = tracedAll(new Orders());

  expect(orders.add('pen').add('ink')).toBe(orders);

  expect(recorded.tree()).toBe('Orders.add\nOrders.add');
});

test('methods keep name and length, and are the same each time they are read', () => {
  const orders = tracedAll(new Orders());

  expect([orders.find.name, orders.find.length]).toEqual(['find', 1]);
  expect(orders.find).toBe(orders.find);
});

test('the object itself and its classes stay as they are', () => {
  const original = new Orders();
  const orders = tracedAll(original);

  original.read(0);

  expect(orders.Filter).toBe(Orders.Filter);
  expect(orders.constructor).toBe(Orders);
  expect(recorded.tree()).toBe('');
});

test('only the methods that are asked for have spans', () => {
  const orders = tracedAll(new Orders(), { only: ['add'] });

  orders.add('pen').read(1);

  expect(recorded.tree()).toBe('Orders.add');
});

test('a method that is replaced later is traced as well', () => {
  const orders = tracedAll({ find: (): string => 'old' });
  orders.find();

  orders.find = () => 'new';

  expect(orders.find()).toBe('new');
  expect(recorded.tree()).toBe('find\nfind');
});

test('a frozen object can be traced', () => {
  const orders = tracedAll(Object.freeze({ find: () => 'book', limit: 10 }));

  expect([orders.find(), orders.limit, Object.keys(orders)]).toEqual(['book', 10, ['find', 'limit']]);

  expect(recorded.tree()).toBe('find');
});

test('a module can be traced', () => {
  const traced = tracedAll(namespace, { prefix: 'module' });

  expect(traced.findTracer('shop')).toBe(namespace.findTracer('shop'));

  expect(recorded.tree()).toBe('module.findTracer');
});

test('attributes and code are those of each method', () => {
  const orders = tracedAll(new Orders(), { attributes: (first) => ({ first: String(first) }), code: true });

  orders.read(0);

  expect(recorded.named('Orders.read').attributes).toEqual({
    first: '0',
    'code.function.name': 'read',
    'code.file.path': import.meta.filename,
    'code.line.number': expect.any(Number) as number,
  });
});
