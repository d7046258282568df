import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import type { TraceSummary } from '../../src/api/answers.ts';
import { planAnswer } from '../../test/plan-answer.ts';
import { latencyScale, nearestPoint } from './latency-scale.ts';

const { summary } = planAnswer([{ name: 'GET /' }]);
const EPOCH = 1_763_640_000_000n;
const trace = (startMillis: number, durationNanos: number): TraceSummary => ({
  ...summary,
  startUnixNano: String((EPOCH + BigInt(startMillis)) * 1_000_000n),
  durationNanos,
});
const anyTrace = fc.tuple(fc.nat(1e9), fc.nat(1e15)).map(([start, duration]) => trace(start, duration));

test('later traces lie to the right, slower ones above', () => {
  const { points, lines } = latencyScale([trace(0, 2e6), trace(1000, 2e9)], 500, 70);

  expect(points.map(({ x }) => x)).toEqual([7, 493]);
  expect(points[1]!.y).toBeLessThan(points[0]!.y);
  expect(lines.map(({ nanos }) => nanos)).toEqual([1e6, 1e7, 1e8, 1e9, 1e10]);
});

test('all points and lines lie within the strip', () => {
  fc.assert(
    fc.property(fc.array(anyTrace), (traces) => {
      const { points, lines } = latencyScale(traces, 400, 60);
      expect(points).toHaveLength(traces.length);
      for (const { x, y } of points) {
        expect(x).toBeGreaterThanOrEqual(6.9);
        expect(x).toBeLessThanOrEqual(393.1);
        expect(y).toBeGreaterThanOrEqual(6.9);
        expect(y).toBeLessThanOrEqual(53.1);
      }
      for (const { y } of lines) expect(y).toBeGreaterThanOrEqual(6.9);
    }),
  );
});

test('the nearest point is found where it is near', () => {
  const { points } = latencyScale([trace(0, 1e6), trace(1000, 1e9)], 500, 70);

  expect(nearestPoint(points, 490, 12)).toBe(points[1]);
  expect(nearestPoint(points, 250, 35)).toBeUndefined();
});
