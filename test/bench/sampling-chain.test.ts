import { expect, test } from 'vitest';

import { chainTable, playChain } from './sampling-chain.ts';
import type { MakeContender } from './sampling-contender.ts';
import { ratio } from './sampling-peers.ts';

const OPTIONS = { budget: 200, seed: 1, seconds: 62 };

/** As the ratio does, but each trace that was promised is dropped by its services with this probability. */
const breakingPromises =
  (probability: number): MakeContender =>
  (options) => {
    const contender = ratio(0.2)(options);
    let ended = 0;
    return {
      ...contender,
      ended(trace, told) {
        ended += probability;
        if (ended >= 1) ended -= 1;
        else contender.ended(trace, told);
      },
    };
  };

test('traces that all services keep by the threshold they were told are whole', () => {
  const figures = playChain({ ...OPTIONS, make: ratio(0.2) });

  expect(figures.told).toBeCloseTo(20, 0);
  expect(figures.toldWhole).toBe(100);
  expect(figures.rootless).toBe(0);
  expect(figures.othersWhole).toBeUndefined();
  expect(figures.toldSpans).toBe(100);
  expect(figures.worstToldSecond).toBe(figures.worstSecond);
  expect(figures.countError).toBeLessThan(5);
});

test('a promise that is broken is seen', () => {
  const figures = playChain({ ...OPTIONS, make: breakingPromises(0.01) });

  expect(figures.toldWhole).toBeLessThan(99);
  expect(figures.rootless).toBeGreaterThan(0);
  expect(chainTable({ broken: figures })).toMatch(/whole % \| >= 99 \| \*\*9\d\.\d\*\* \|/);
});

test('services that decide by themselves are told nothing, and rarely agree', () => {
  const byService: MakeContender = ({ output, now }) => ({
    ended(trace) {
      const own = (trace.randomness + trace.route.indexOf(' ') / 10) % 1;
      if (own >= 0.9) output.exported(trace, 10, now());
    },
    tick() {},
    held: () => 0,
  });
  const figures = playChain({ ...OPTIONS, make: byService });

  expect(figures.told).toBe(0);
  expect(figures.toldWhole).toBeUndefined();
  expect(figures.othersWhole).toBeLessThan(60);
  expect(figures.toldSpans).toBe(0);
});

test('what is told to a service is what the one that calls it said', () => {
  const callers: Record<string, Set<boolean | undefined>> = {};
  playChain({
    ...OPTIONS,
    make: () => ({
      begins({ route, randomness }, caller) {
        (callers[route.split(' ')[0] ?? ''] ??= new Set()).add(caller?.isSampled);
        return { isSampled: route.startsWith('gateway ') ? randomness >= 0.5 : true, threshold: undefined };
      },
      ended() {},
      tick() {},
      held: () => 0,
    }),
  });

  expect(callers).toEqual({
    gateway: new Set([undefined]),
    accounts: new Set([true, false]),
    orders: new Set([true, false]),
    payments: new Set([true]),
  });
});
