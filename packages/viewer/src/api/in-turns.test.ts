import { expect, test } from 'vitest';

import { inTurns } from './in-turns.ts';

function* work(millis: number): Generator<undefined, number> {
  let steps = 0;
  for (const end = performance.now() + millis; performance.now() < end; steps++) yield;
  return steps;
}

test('long work lets others have their turns, and returns what it found', async () => {
  let turns = 0;
  const others = setInterval(() => (turns += 1), 1);

  const steps = await inTurns(work(150), new AbortController().signal);
  clearInterval(others);

  expect(steps).toBeGreaterThan(100);
  expect(turns).toBeGreaterThanOrEqual(5);
});

test('short work is done at once', async () => {
  let isDone = false;
  void inTurns(work(0), new AbortController().signal).then(() => (isDone = true));
  await Promise.resolve();

  expect(isDone).toBe(true);
});

test('work that nobody waits for any more ends', async () => {
  const controller = new AbortController();
  setTimeout(() => controller.abort(new Error('went away')), 20);

  const start = performance.now();
  await expect(inTurns(work(60_000), controller.signal)).rejects.toThrow('went away');

  expect(performance.now() - start).toBeLessThan(10_000);
});
