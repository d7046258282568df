import { probabilityOf } from '@clew/trace-context';
import { expect, test } from 'vitest';

import type { SamplingIntent } from '../threshold-sampler.ts';
import { createForcedTraces } from './forced-traces.ts';

const KEPT_ELSEWHERE: SamplingIntent = { threshold: undefined, isCountKnown: false, isPromised: true };

function setUp(tracesPerSecond: number) {
  let at = 0;
  const forced = createForcedTraces({ tracesPerSecond }, () => at);
  /** Number of kept traces to be expected of so many in one second. */
  const expectedOf = (count: number, intent = KEPT_ELSEWHERE): number => {
    let kept = 0;
    for (let n = 0; n < count; n++) {
      const { threshold, isPromised } = forced.limited(intent);
      kept += isPromised ? 1 : threshold === undefined ? 0 : probabilityOf(threshold);
    }
    at += 1000;
    return kept;
  };
  return { forced, expectedOf, advance: (millis: number) => (at += millis) };
}

test('below the limit what callers keep is followed as it is', () => {
  const { forced } = setUp(10);

  for (let n = 0; n < 10; n++) expect(forced.limited(KEPT_ELSEWHERE)).toBe(KEPT_ELSEWHERE);
});

test('above the limit the threshold follows the second before, so that about the limit is kept', () => {
  const { expectedOf } = setUp(10);
  const first = expectedOf(1000);

  expect(first).toBeLessThan(10 * (1 + Math.log(100)) + 1);
  expect(expectedOf(1000)).toBeCloseTo(10, 0);
  expect(expectedOf(500)).toBeLessThan(10);
});

test('the threshold of a caller is raised, and its count stays known', () => {
  const { forced, expectedOf } = setUp(10);
  expectedOf(100);

  const intent = forced.limited({ threshold: '8', isCountKnown: true, isPromised: true });

  expect(intent).toEqual({ threshold: 'f3333', isCountKnown: true, isPromised: false });
});

test('after a pause, and when the clock jumps back, all is followed again', () => {
  const { forced, expectedOf, advance } = setUp(10);
  expectedOf(1000);
  advance(5000);
  const afterPause = forced.limited(KEPT_ELSEWHERE);
  expectedOf(1000);
  advance(-3_600_000);

  expect([afterPause, forced.limited(KEPT_ELSEWHERE)]).toEqual([KEPT_ELSEWHERE, KEPT_ELSEWHERE]);
});
