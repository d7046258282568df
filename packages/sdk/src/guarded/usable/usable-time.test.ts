import { expect, test } from 'vitest';

import { isTimeLike, usableTime } from './usable-time.ts';

const date = new Date(1_700_000_000_000);

test.each([
  [0, 0],
  [1_700_000_000_000, 1_700_000_000_000],
  [date, date],
  [
    [1_700_000_000, 5],
    [1_700_000_000, 5],
  ],
  [undefined, undefined],
  [null, undefined],
  [NaN, undefined],
  [-1, undefined],
  [Infinity, undefined],
  [Number.MAX_VALUE, undefined],
  [new Date(NaN), undefined],
  [[1, NaN], undefined],
  [[1, -1], undefined],
  [[1], undefined],
  ['2026-11-21', undefined],
  [1n, undefined],
])('the time %o is %o', (time, expected) => {
  expect(usableTime('an event', time)).toEqual(expected);
});

test('a pair is copied: the application may use its own again', () => {
  const pair = [1_700_000_000, 5];

  const usable = usableTime('an event', pair);
  pair[0] = 0;

  expect(usable).toEqual([1_700_000_000, 5]);
});

test('a value that cannot be told apart is no time', () => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();

  expect([isTimeLike(proxy), usableTime('an event', proxy)]).toEqual([false, undefined]);
  expect([isTimeLike(new Proxy(date, {})), usableTime('an event', new Proxy(date, {}))]).toEqual([true, undefined]);
});
