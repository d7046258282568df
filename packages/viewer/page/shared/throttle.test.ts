import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { throttle } from './throttle.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('the first request runs at once, and those of a burst become one more run', async () => {
  let runs = 0;
  const request = throttle(200, () => {
    runs += 1;
    return Promise.resolve();
  });

  for (let index = 0; index < 10; index += 1) request();
  expect(runs).toBe(1);
  await vi.advanceTimersByTimeAsync(199);
  expect(runs).toBe(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(runs).toBe(2);
  await vi.advanceTimersByTimeAsync(1000);
  expect(runs).toBe(2);
});

test('slow work is never under way twice, and rests for as long as it took', async () => {
  const began: number[] = [];
  const request = throttle(200, async () => {
    began.push(Date.now());
    await new Promise((resolve) => setTimeout(resolve, 1000));
  });

  const start = Date.now();
  request();
  request();
  await vi.advanceTimersByTimeAsync(5000);

  expect(began.map((time) => time - start)).toEqual([0, 2000]);
});
