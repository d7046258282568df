import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

import fc from 'fast-check';
import { expect, test } from 'vitest';

import { openSharedBudget, shareBudget } from './shared-budget.ts';

const MEMORY_BYTES = 8 + 128 * 16;

test('a thread that is alone has all of the budget', () => {
  const budget = shareBudget(new SharedArrayBuffer(MEMORY_BYTES), 0, () => 0);
  budget.report(1000);
  budget.turn();

  expect(budget.share()).toBe(1);
});

test('until its first turn a thread has the part of one of many', () => {
  const memory = new SharedArrayBuffer(MEMORY_BYTES);
  const shares = [0, 1, 2, 3].map((thread) => shareBudget(memory, thread, () => 0).share());

  expect(shares).toEqual([1, 1 / 2, 1 / 3, 1 / 4]);
});

test('the parts of threads add up to little more than the whole, whatever each would export', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(1_000_000), { minLength: 1, maxLength: 20 }), (demands) => {
      const memory = new SharedArrayBuffer(MEMORY_BYTES);
      const budgets = demands.map((_, thread) => shareBudget(memory, thread, () => 0));
      for (let turn = 0; turn < 40; turn += 1) {
        for (const [thread, budget] of budgets.entries()) {
          budget.report(demands[thread] ?? 0);
          budget.turn();
        }
      }

      const shares = budgets.map((budget) => budget.share());
      const sum = shares.reduce((total, share) => total + share, 0);
      expect(Math.min(...shares)).toBeGreaterThan(0);
      // Each that exports nothing may begin to; and with nobody exporting, each may have all.
      if (demands.some((demand) => demand > 0)) expect(sum).toBeLessThan(1.01 + 0.02 * demands.length);
    }),
  );
});

test('two busy threads have half each, and one that is idle little', () => {
  const memory = new SharedArrayBuffer(MEMORY_BYTES);
  const budgets = [0, 1, 2].map((thread) => shareBudget(memory, thread, () => 0));
  for (let turn = 0; turn < 30; turn += 1) {
    for (const [thread, budget] of budgets.entries()) {
      budget.report(thread === 2 ? 0 : 500);
      budget.turn();
    }
  }

  expect(budgets[0]?.share()).toBeCloseTo(0.5, 2);
  expect(budgets[1]?.share()).toBeCloseTo(0.5, 2);
  expect(budgets[2]?.share()).toBeLessThan(0.03);
});

test('a thread that has ended, or says nothing for long, leaves its part to the others', () => {
  const memory = new SharedArrayBuffer(MEMORY_BYTES);
  const clock = { at: 0 };
  const [one, other, silent] = [0, 1, 2].map((thread) => shareBudget(memory, thread, () => clock.at));
  const turn = (...budgets: (typeof one)[]): void => {
    for (const budget of budgets) {
      budget?.report(100);
      budget?.turn();
    }
  };
  for (let n = 0; n < 30; n += 1) turn(one, other, silent);
  expect(one?.share()).toBeCloseTo(1 / 3, 2);

  clock.at += 10_000;
  turn(one, other, one);
  expect(one?.share()).toBeCloseTo(1 / 2, 1);

  one?.free(1);
  turn(one);
  expect(one?.share()).toBe(1);
});

test('a worker finds the budget of the thread that started it', async () => {
  const budget = openSharedBudget();
  try {
    const worker = new Worker(
      `const { getEnvironmentData, parentPort } = require('node:worker_threads');
       Atomics.store(new BigInt64Array(getEnvironmentData('clew.budget'), 0, 1), 0, 42n);
       parentPort.postMessage('done');`,
      { eval: true },
    );
    await once(worker, 'message');
    await worker.terminate();

    expect(Atomics.load(budget.sharing.cell, 0)).toBe(42n);
  } finally {
    budget.close();
  }
});
