import { isAnyValue } from '@opentelemetry/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';

import { usableValue } from './usable-value.ts';

const OF = 'the attribute "key"';
const usable = (value: unknown) => usableValue(OF, value);

const anything = fc.anything({
  withBigInt: true,
  withDate: true,
  withMap: true,
  withSet: true,
  withNullPrototype: true,
  withObjectString: true,
  withSparseArray: true,
  withTypedArray: true,
});

test('whatever is given, the SDK accepts what comes out', () => {
  fc.assert(
    fc.property(anything, (value) => {
      const result = usable(value);

      expect(result === undefined || isAnyValue(result)).toBe(true);
    }),
  );
});

test('what the SDK accepts, and is small, comes out equal', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
      const text = JSON.stringify(value);
      fc.pre(!text.includes('"":') && !text.includes('__proto__')); // such keys are left out

      expect(usable(value)).toEqual(value);
    }),
  );
});

test('what cannot be exported is left out of an object, and the rest is there', () => {
  const itself: Record<string, unknown> = { kept: 1 };
  itself['itself'] = itself;
  const value = {
    text: 'a',
    list: [1, Symbol('b'), 'c', undefined],
    work: () => {},
    when: new Date(),
    itself,
    get broken() {
      throw new Error('refused');
    },
  };

  expect(usable(value)).toEqual({ text: 'a', list: [1, null, 'c', null], itself: { kept: 1 } });
});

test.each([
  [Symbol('a'), undefined],
  [() => {}, undefined],
  [new Map([['a', 1]]), undefined],
  [10n, 10],
  [2n ** 63n - 1n, '9223372036854775807'],
  [-(2n ** 63n), '-9223372036854775808'],
  [2n ** 63n, undefined],
  [JSON.parse('{ "__proto__": { "a": 1 }, "b": 2 }'), { b: 2 }],
  [Object.assign(Object.create(null), { a: 1 }), { a: 1 }],
])('%o is exported as %o', (value, expected) => {
  expect(usable(value)).toEqual(expected);
});

test('a value has 1,000 entries at most, at all its levels together', () => {
  const inner = Array.from({ length: 100 }, (_, index) => index);
  const manyKeys = Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`key ${index}`, index]));

  expect(usable(Array.from({ length: 5000 }).fill(1))).toHaveLength(1000);
  expect((usable(Array.from({ length: 100 }).fill(inner)) as unknown[]).flat()).toHaveLength(990);
  expect(Object.keys(usable(manyKeys) as object)).toHaveLength(1000);
});

test('a value is 8 levels deep at most', () => {
  let value: unknown = 'the end';
  for (let level = 0; level < 100_000; level++) value = [value];

  expect(JSON.stringify(usable(value))).toBe('[[[[[[[[null]]]]]]]]');
});

test('bytes are copied: the application may use its buffer again', () => {
  const bytes = Buffer.from([1, 2, 3]);

  const copy = usable(bytes);
  bytes[0] = 9;

  expect([...(copy as Uint8Array)]).toEqual([1, 2, 3]);
});

test('texts are cut where no limit of the SDK applies', () => {
  expect(usableValue('the body', 'abcdef', 3)).toBe('abc');
  expect(usableValue('the body', { a: ['abcdef'] }, 3)).toEqual({ a: ['abc'] });
});
