import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { bar } from './bar.ts';

test.each([
  [0, 1, '████████'],
  [0, 0.5, '████'],
  [0.5, 1, '    ████'],
  [0.25, 0.5, '  ██'],
  [0, 1 / 64, '▏'],
  [0, 7 / 64, '▉'],
  [0.5, 0.5 + 3 / 64, '    ▍'],
])('from %d to %d of eight columns is %j', (from, to, expected) => {
  expect(bar({ from, to }, undefined, 8)).toBe(expected);
});

test.each([
  ['none of it', [], '▒▒▒▒▒▒▒▒'],
  ['all of it', [[0, 1]], '████████'],
  ['its first half', [[0, 0.5]], '████▒▒▒▒'],
  ['its ends', [[0, 0.125], [0.875, 1]], '█▒▒▒▒▒▒█'], // prettier-ignore
  ['less than half a column', [[0.4, 0.45]], '▒▒▒▒▒▒▒▒'],
  ['a quarter, in 32 pieces', Array.from({ length: 32 }, (_, i) => [i / 32, i / 32 + 1 / 128]), '▒█▒▒▒█▒▒'],
])('with %s on the critical path a bar is dark there', (_what, critical, expected) => {
  const stretches = critical.map(([from = 0, to = 0]) => ({ from, to }));
  expect(bar({ from: 0, to: 1 }, stretches, 8)).toBe(expected);
});

test.each([
  [1 / 64, '▏'],
  [4 / 64, '▒'],
  [11 / 64, '▒'],
  [12 / 64, '▒▒'],
])('a light bar of %d of eight columns is %j', (to, expected) => {
  expect(bar({ from: 0, to }, [], 8)).toBe(expected);
});

test('the end of a bar is exact where it is on the critical path', () => {
  expect(bar({ from: 0.5, to: 0.5 + 11 / 64 }, [{ from: 0.6, to: 1 }], 8)).toBe('    ▒▍');
});

const share = fc.double({ noNaN: true });
const stretch = fc.record({ from: share, to: share });

test('a bar is never empty and never wider than its axis, whatever the shares', () => {
  const critical = fc.option(fc.array(stretch), { nil: undefined });
  fc.assert(
    fc.property(stretch, critical, fc.integer({ min: 1, max: 100 }), (whole, critical, width) => {
      const drawn = bar(whole, critical, width);
      expect(drawn).toMatch(/^ *[▏▎▍▌▋▊▉█▒]+$/);
      expect(drawn.length).toBeLessThanOrEqual(width);
    }),
  );
});

test('as many columns of a bar are dark as are on the critical path, to one', () => {
  const cuts = fc.uniqueArray(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 40 });
  fc.assert(
    fc.property(cuts, fc.integer({ min: 1, max: 100 }), (times, width) => {
      const sorted = times.toSorted((a, b) => a - b);
      const critical = sorted.flatMap((from, i) => (i % 2 === 0 ? [{ from, to: sorted[i + 1] ?? 1 }] : []));
      const covered = critical.reduce((sum, { from, to }) => sum + to - from, 0) * width;

      const dark = bar({ from: 0, to: 1 }, critical, width).replaceAll(/[^█]/g, '').length;

      expect(Math.abs(dark - covered)).toBeLessThanOrEqual(1);
    }),
  );
});
