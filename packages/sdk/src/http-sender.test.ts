import fc from 'fast-check';
import { expect, test } from 'vitest';

import { retryAfterMillis } from './http-sender.ts';

const NOW = Date.UTC(2026, 0, 1);

test.each([
  ['0', 0],
  [' 120 ', 120_000],
  ['Thu, 01 Jan 2026 00:00:30 GMT', 30_000],
  ['Wed, 31 Dec 2025 23:59:59 GMT', 0],
  ['soon', undefined],
  ['-1s', undefined],
  ['', undefined],
])('Retry-After %j is %s ms from now', (value, millis) => {
  expect(retryAfterMillis(value, NOW)).toBe(millis);
});

test('a Retry-After is seconds, or a date, or nothing; never a negative wait', () => {
  fc.assert(
    fc.property(fc.string(), (value) => {
      const millis = retryAfterMillis(value, NOW);

      expect(millis === undefined || millis >= 0).toBe(true);
    }),
  );
});
