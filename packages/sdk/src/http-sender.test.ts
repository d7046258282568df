import { expect, test } from 'vitest';

import { retryAfterMillis } from './http-sender.ts';

const NOW = Date.parse('2026-11-21T12:00:00Z');

test.each([
  ['120', 120_000],
  ['0', 0],
  [' 5 ', 5000],
  ['Sat, 21 Nov 2026 12:00:30 GMT', 30_000],
  ['Sat, 21 Nov 2026 11:00:00 GMT', 0],
  ['soon', undefined],
  ['', undefined],
  [undefined, undefined],
])('Retry-After: %s is %s milliseconds', (value, millis) => {
  expect(retryAfterMillis(value, NOW)).toBe(millis);
});
