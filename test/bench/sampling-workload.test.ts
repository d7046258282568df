import { expect, test } from 'vitest';

import { groupBy } from './group-by.ts';
import { makeWorkload, MIDDLING_ROUTE, shortRun, traceIdOf, WHOLE_RUN } from './sampling-workload.ts';

const { traces } = makeWorkload(101, WHOLE_RUN);
const useful = traces.filter(({ isProbe }) => !isProbe);
const routes = groupBy(useful, ({ route }) => route);

/** Useful traces that ended in these seconds, per second. */
const perSecond = (from: number, to: number): number =>
  useful.filter(({ endedAt }) => endedAt >= from * 1000 && endedAt < to * 1000).length / (to - from);

test('a run has 349,000 traces, 15 % of them probes, and 4,530 other spans a second', () => {
  const spans = useful.reduce((sum, trace) => sum + trace.spans, 0);

  expect(Math.abs(traces.length / 349_000 - 1)).toBeLessThan(0.02);
  expect(Math.abs(1 - useful.length / traces.length - 0.15)).toBeLessThan(0.003);
  expect(Math.abs(spans / 900 / 4530 - 1)).toBeLessThan(0.02);
});

test('48 routes follow Zipf’s law, 12 are rare, and 200 tenants use them', () => {
  const sizes = [...routes.values()].map(({ length }) => length).sort((one, other) => other - one);

  expect(sizes).toHaveLength(60);
  expect(sizes.filter((size) => size < 60)).toHaveLength(12);
  expect(sizes[47]).toBeGreaterThan(900);
  expect(Math.log((sizes[0] ?? 0) / (sizes[47] ?? 0)) / Math.log(48)).toBeCloseTo(1.1, 1);
  expect(routes.has(MIDDLING_ROUTE)).toBe(true);
  expect(new Set(useful.map(({ tenant }) => tenant)).size).toBe(200);
});

test('traffic has a step, bursts and an idle minute', () => {
  const usual = perSecond(0, 90);

  expect(perSecond(300, 360) / usual).toBeCloseTo(10, 0);
  for (const burst of WHOLE_RUN.bursts) expect(Math.abs(perSecond(burst, burst + 1) / usual - 20)).toBeLessThan(2);
  expect(perSecond(450, 510) / usual).toBeLessThan(0.05);
  expect(perSecond(360, 450) / usual).toBeCloseTo(1, 1);
});

test('one route fails for a minute, and another is slow for one', () => {
  const during = (route: string, begin: number) =>
    (routes.get(route) ?? []).filter(({ endedAt }) => endedAt >= begin * 1000 && endedAt < (begin + 60) * 1000);
  const share = (traces: typeof useful): number => traces.filter(({ isError }) => isError).length / traces.length;
  const middle = (traces: typeof useful): number =>
    traces.map(({ durationMillis }) => durationMillis).sort((one, other) => one - other)[traces.length >> 1] ?? 0;

  expect(share(during('/common/2', WHOLE_RUN.errorStorm ?? 0))).toBeCloseTo(0.6, 1);
  expect(share(useful)).toBeGreaterThan(0.005);
  expect(share(useful)).toBeLessThan(0.01);
  const slowed = middle(during('/common/4', WHOLE_RUN.latencyIncident ?? 0));
  expect(slowed / middle(during('/common/4', 0))).toBeCloseTo(5, 0);
});

test('randomness is uniform, and says nothing about what a trace is', () => {
  const mean = (of: typeof useful): number => of.reduce((sum, { randomness }) => sum + randomness, 0) / of.length;
  const isNearHalf = (of: typeof useful): boolean => Math.abs(mean(of) - 0.5) < 4 / Math.sqrt(12 * of.length);

  expect(isNearHalf(useful)).toBe(true);
  expect(isNearHalf(useful.filter(({ isError }) => isError))).toBe(true);
  expect(isNearHalf(useful.filter(({ spans }) => spans > 100))).toBe(true);
  expect(isNearHalf(useful.filter(({ durationMillis }) => durationMillis > 500))).toBe(true);
});

test('traces stand in the order of their ends, each with its place as id', () => {
  expect(traces.every(({ id }, index) => id === index)).toBe(true);
  expect(traces.every(({ endedAt }, index) => endedAt >= (traces[index - 1]?.endedAt ?? 0))).toBe(true);
});

test('the last 14 digits of a trace id are its randomness', () => {
  for (const trace of traces.slice(0, 1000)) {
    const id = traceIdOf(trace);
    expect(id).toMatch(/^[\da-f]{32}$/);
    expect(Number.parseInt(id.slice(18), 16) / 2 ** 56).toBe(trace.randomness);
  }
});

test('a seed makes the same traces again, another seed makes others', () => {
  const shape = shortRun(60, false);
  expect(makeWorkload(7, shape)).toEqual(makeWorkload(7, shape));
  expect(makeWorkload(8, shape).traces[0]).not.toEqual(makeWorkload(7, shape).traces[0]);
});

test('a short run has two bursts, and the step where it is asked for', () => {
  expect(Math.abs(makeWorkload(1, shortRun(60, false)).traces.length / 23_500 - 1)).toBeLessThan(0.05);
  const withStep = makeWorkload(1, shortRun(300, true)).traces;
  const inStep = withStep.filter(({ endedAt }) => endedAt >= 120_000 && endedAt < 180_000);
  expect(inStep.length / withStep.length).toBeGreaterThan(0.6);
});
