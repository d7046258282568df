import { expect, test } from 'vitest';

import { figuresOf, medianOfRounds, quantile } from './requests-figures.ts';

const BARE = [
  [100, 200, 100],
  [100, 200, 100],
  [100, 200, 100],
];
const plus = (micros: number) => BARE.map((process) => process.map((value) => value + micros));

test('what is added is that of each round, also where the machine was slow in one', () => {
  const { added, micros, timesBare } = figuresOf(plus(50), BARE, undefined);

  expect(added).toBe(50);
  expect(micros).toBe(150);
  expect(timesBare).toBe(1.5);
});

test('the ratio to upstream is that of what both add, not of what they take', () => {
  expect(figuresOf(plus(30), BARE, plus(60)).ofUpstream).toBe(0.5);
  expect(figuresOf(plus(60), BARE, plus(60)).ofUpstream).toBe(1);
  expect(figuresOf(BARE, BARE, plus(60)).ofUpstream).toBe(0);
  expect(figuresOf(plus(30), BARE, undefined).ofUpstream).toBeUndefined();
});

test('upstream and the contender are compared within a round', () => {
  const bare = [[100, 100, 100]];
  const upstream = [[200, 300, 140]]; // adds 100, 200, 40
  const own = [[150, 200, 120]]; // adds half of it, each time

  expect(figuresOf(own, bare, upstream).ofUpstream).toBe(0.5);
});

test('one process that settled elsewhere moves nothing but the range', () => {
  const [first, second] = plus(50);
  const { added, processes } = figuresOf([first!, second!, [900, 900, 900]], BARE, undefined);

  expect(added).toBe(50);
  expect(processes).toEqual([150, 900]);
});

test('a round that was not ended counts nowhere', () => {
  expect(
    medianOfRounds([
      [1, 2, 3],
      [1, 2],
      [5, 6, 7],
    ]),
  ).toEqual([1, 2]);
});

test('a quantile is a value that was there', () => {
  const values = Array.from({ length: 200 }, (_, n) => 200 - n);

  expect(quantile(values, 0.99)).toBe(198);
  expect(quantile(values, 1)).toBe(200);
  expect(quantile([7], 0.99)).toBe(7);
  expect(quantile([], 0.99)).toBeNaN();
});
