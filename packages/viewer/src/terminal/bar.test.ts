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
  expect(bar(from, to, 8)).toBe(expected);
});

test('a bar is never empty and never wider than its axis, whatever the shares', () => {
  const share = fc.double({ noNaN: true });

  fc.assert(
    fc.property(share, share, fc.integer({ min: 1, max: 100 }), (from, to, width) => {
      const drawn = bar(from, to, width);

      expect(drawn.trim().length).toBeGreaterThan(0);
      expect(drawn.length).toBeLessThanOrEqual(width);
    }),
  );
});
