import fc from 'fast-check';
import { expect, test } from 'vitest';

import { editDistance, nearestName } from './nearest-name.ts';

const NAMES = ['serviceName', 'samplerName', 'sampler', 'resource', 'resourceAttributes', 'trust', 'logs'];

test.each([
  ['servicename', 'serviceName'],
  ['SERVICENAME', 'serviceName'],
  ['servcieName', 'serviceName'],
  ['samplers', 'sampler'],
  ['resourceAtribute', 'resourceAttributes'],
  ['log', 'logs'],
  ['rtust', 'trust'],
])('%s is taken for %s', (misspelt, meant) => {
  expect(nearestName(misspelt, NAMES)).toBe(meant);
});

test.each(['colour', 'name', 'x', '', 'lags'.repeat(5)])('%j is taken for nothing', (name) => {
  expect(nearestName(name, NAMES)).toBeUndefined();
});

test('the distance is symmetric, and none from a text to itself only', () => {
  const text = fc.string({ maxLength: 12 });
  fc.assert(
    fc.property(text, text, (a, b) => {
      expect(editDistance(a, b)).toBe(editDistance(b, a));
      expect(editDistance(a, b) === 0).toBe(a === b);
      expect(editDistance(a, b)).toBeLessThanOrEqual(Math.max(a.length, b.length));
    }),
  );
});
