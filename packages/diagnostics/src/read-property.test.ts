import { expect, test } from 'vitest';

import { readProperty } from './read-property.ts';

const { proxy: revoked, revoke } = Proxy.revocable({}, {});
revoke();

test('a property is read, also off a primitive', () => {
  expect(readProperty({ a: 1 }, 'a')).toBe(1);
  expect(readProperty('text', 'length')).toBe(4);
});

test.each([
  ['null', null],
  ['undefined', undefined],
  [
    'a getter that throws',
    {
      get a() {
        throw new Error('no');
      },
    },
  ],
  ['a revoked Proxy', revoked],
])('there is nothing to read off %s', (_, value) => {
  expect(readProperty(value, 'a')).toBeUndefined();
});
