import { runInNewContext } from 'node:vm';

import { anything, assert, object, property } from 'fast-check';
import { expect, test } from 'vitest';

import { plainAttributes, plainValue } from './plain-value.ts';

test('whatever is logged becomes data that can be written as JSON', () => {
  const values = anything({ withBigInt: true, withDate: true, withMap: true, withSet: true, withSparseArray: true });

  assert(property(values, (value) => void JSON.stringify(plainValue(value))));
});

test('what is data already is copied as it is', () => {
  const data = object({ maxDepth: 4, maxKeys: 20 });

  assert(
    property(data, (value) => {
      const plain = JSON.parse(JSON.stringify(value)) as Record<string, unknown>;
      delete plain[''];
      expect(JSON.stringify(plainAttributes(plain))).toBe(JSON.stringify(withoutEmptyKeys(plain)));
    }),
  );
});

test('a field named __proto__ is a field like any other', () => {
  const fields = JSON.parse('{"__proto__":{"admin":true},"inside":{"__proto__":0}}') as object;

  const copied = plainAttributes(fields);

  expect(Object.getPrototypeOf(copied)).toBe(Object.prototype);
  expect(JSON.stringify(copied)).toBe(JSON.stringify(fields));
});

test('a cycle, a depth without end and a getter that throws are cut where they are', () => {
  const cyclic: Record<string, unknown> = { name: 'a' };
  cyclic['self'] = cyclic;
  let deep: object = {};
  for (let depth = 0; depth < 100; depth += 1) deep = { deep };
  const bad = Object.defineProperty({ good: 1 }, 'bad', {
    enumerable: true,
    get: () => JSON.parse('no JSON') as never,
  });

  expect(plainValue({ cyclic })).toEqual({ cyclic: { name: 'a', self: '[Circular]' } });
  expect(JSON.stringify(plainValue(deep))).toContain('[Object]');
  expect(plainValue(bad)).toEqual({ good: 1, bad: '[Unreadable]' });
});

test('an error, a date and a class with toJSON() say what they are', () => {
  const error = Object.assign(new TypeError('broken'), { code: 'E_BROKEN' });
  const money = { toJSON: () => ({ amount: 7 }) };

  expect(plainValue([error, new Date(0), money, 7n])).toEqual([
    { type: 'TypeError', message: 'broken', stack: error.stack, code: 'E_BROKEN' },
    '1970-01-01T00:00:00.000Z',
    { amount: 7 },
    '7',
  ]);
});

test('the same object in two places is no cycle', () => {
  const shared = { a: 1 };

  expect(plainValue({ one: shared, two: shared })).toEqual({ one: { a: 1 }, two: { a: 1 } });
});

function withoutEmptyKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutEmptyKeys);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => key !== '')
      .map(([key, item]) => [key, withoutEmptyKeys(item)]),
  );
}

test('an error says what it hides from its keys: stack, code, causes and errors', () => {
  const cause = Object.defineProperty(new RangeError('out of range'), 'code', { value: 'E_RANGE' });
  const error = new AggregateError([new SyntaxError('one')], 'several', { cause });
  const itself = new Error('itself');
  itself.cause = itself;

  expect(plainValue({ failure: error })).toEqual({
    failure: {
      type: 'AggregateError',
      message: 'several',
      stack: error.stack,
      cause: { type: 'RangeError', message: 'out of range', stack: cause.stack, code: 'E_RANGE' },
      errors: [{ type: 'SyntaxError', message: 'one', stack: expect.stringContaining('one') as string }],
    },
  });
  expect(plainValue(itself)).toMatchObject({ type: 'Error', cause: '[Circular]' });
});

test('an error of another realm, and one whose fields throw, are errors', () => {
  const foreign = runInNewContext(`new TypeError('foreign')`) as unknown;
  const broken = Object.defineProperty(new Error('broken'), 'stack', { get: () => JSON.parse('no JSON') as never });

  expect(plainValue(foreign)).toMatchObject({ type: 'TypeError', message: 'foreign' });
  expect(plainValue(broken)).toEqual({ type: 'Error', message: 'broken', stack: '[Unreadable]' });
});
