import { expect, test } from 'vitest';

import { usableException } from './usable-exception.ts';

const refuse = () => {
  throw new Error('refused');
};

test('an error keeps its name, message, code and stack', () => {
  const error = Object.assign(new TypeError('wrong'), { code: 'E_WRONG' });

  expect(usableException(error)).toEqual({ name: 'TypeError', message: 'wrong', code: 'E_WRONG', stack: error.stack });
});

test('of an error that cannot be read, what can is there', () => {
  const error = Object.defineProperties(new TypeError(), { message: { get: refuse }, stack: { get: refuse } });

  expect(usableException(error)).toEqual({ name: 'TypeError' });
});

test.each([
  ['text', 'text'],
  [42, { message: '42' }],
  [Symbol('a'), { message: 'Symbol(a)' }],
  [{ message: 'from elsewhere', name: 7, stack: {} }, { message: 'from elsewhere' }],
  [{ code: 11000 }, { code: 11000 }],
])('%o is recorded as %o', (thrown, expected) => {
  expect(usableException(thrown)).toEqual(expected);
});

test.each([undefined, null, '', {}, { stack: 'only' }, { code: 0 }, { code: {} }])(
  '%o has nothing to record',
  (thrown) => {
    expect(usableException(thrown)).toBeUndefined();
  },
);
