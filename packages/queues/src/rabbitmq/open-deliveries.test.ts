import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import type { Consumption } from '../consuming.ts';
import { openDeliveries } from './open-deliveries.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A message that is being handled; `ended` says how it ended. */
function consumption() {
  const ended: unknown[] = [];
  const it = {
    ended,
    end: (...thrown: unknown[]) => void ended.push(['end', ...thrown]),
    reject: (type: string) => void ended.push(['reject', type]),
  };
  return it as typeof it & Consumption;
}

test('a message that nobody settles has failed after its time, the others of its channel later', () => {
  const deliveries = openDeliveries(1000);
  const [first, second] = [consumption(), consumption()];

  deliveries.open(1, first)();
  vi.advanceTimersByTime(400);
  deliveries.open(2, second)();
  vi.advanceTimersByTime(600);
  const early = [[...first.ended], [...second.ended]];
  vi.advanceTimersByTime(400);

  expect(early).toEqual([[['reject', 'timeout']], []]);
  expect(second.ended).toEqual([['reject', 'timeout']]);
  expect(vi.getTimerCount()).toBe(0);
});

test('one whose handler failed keeps its error when its time is over', () => {
  const deliveries = openDeliveries(1000);
  const one = consumption();
  const error = new Error('no stock');

  deliveries.open(1, one)(error);
  vi.advanceTimersByTime(1000);

  expect(one.ended).toEqual([['end', error]]);
});

test('a time without an end is none at all', () => {
  const deliveries = openDeliveries(Number.POSITIVE_INFINITY);
  const one = consumption();

  deliveries.open(1, one)();
  vi.advanceTimersByTime(2 ** 32);
  const before = [...one.ended];
  deliveries.settle(1, false);

  expect(before).toEqual([]);
  expect(one.ended).toEqual([['end']]);
});

test("settling all up to a message leaves those after it, and a message that is not there is nobody's", () => {
  const deliveries = openDeliveries(1000);
  const all = [1, 2, 3].map((tag) => {
    const one = consumption();
    deliveries.open(tag, one)();
    return one;
  });

  deliveries.settle(7, false);
  deliveries.settle(2, true, 'nack');

  expect(all.map(({ ended }) => ended)).toEqual([[['reject', 'nack']], [['reject', 'nack']], []]);
});
