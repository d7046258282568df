import { expect, test } from 'vitest';

import { usableAttributes } from './usable-attributes.ts';

test('attributes that can be exported are handed on as they are', () => {
  const attributes = { text: 'a', number: 1, yes: true, nothing: null, missing: undefined };

  expect(usableAttributes(attributes)).toBe(attributes);
  expect(usableAttributes(undefined)).toBeUndefined();
});

test('what cannot be exported is left out', () => {
  const attributes = {
    kept: 1,
    work: () => {},
    '': 'empty',
    ['k'.repeat(2000)]: 'long',
    get broken() {
      throw new Error('refused');
    },
  };

  expect(usableAttributes(attributes)).toEqual({ kept: 1, ['k'.repeat(1024)]: 'long' });
});

test('a key named __proto__ sets neither an attribute nor a prototype', () => {
  const usable = usableAttributes(JSON.parse('{ "__proto__": { "a": 1 }, "b": 2 }'));

  expect(usable).toEqual({ b: 2 });
  expect(Object.getPrototypeOf(usable)).toBe(Object.prototype);
});

test.each([null, 1, 'text', ['a'], new Uint8Array(3), Symbol('a'), 7n])('%o are no attributes', (value) => {
  expect(usableAttributes(value)).toBeUndefined();
});

test('a Proxy that cannot be read has no attributes', () => {
  const refuse = () => {
    throw new Error('refused');
  };

  expect(usableAttributes(new Proxy({}, { ownKeys: refuse }))).toEqual({});
  expect(usableAttributes(new Proxy({ a: 1 }, { get: refuse }))).toEqual({});
  expect(usableAttributes(revokedProxy())).toBeUndefined();
});

test('of more than 10,000 attributes the others are left out', () => {
  const attributes = Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`k${index}`, index]));

  expect(Object.keys(usableAttributes(attributes) ?? {})).toHaveLength(10_000);
});

function revokedProxy(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}
