import { isValidSpanId, isValidTraceId } from '@opentelemetry/api';
import { afterEach, expect, test, vi } from 'vitest';

import { randomIds } from './random-ids.ts';

afterEach(() => void vi.restoreAllMocks());

test('ids are valid, and none comes twice', () => {
  const ids = randomIds();

  const all = Array.from({ length: 5000 }, (_, n) => (n % 3 === 0 ? ids.generateTraceId() : ids.generateSpanId()));

  expect(all.every((id, n) => (n % 3 === 0 ? isValidTraceId(id) : isValidSpanId(id)))).toBe(true);
  expect(new Set(all).size).toBe(all.length);
});

test('an id of nothing but zeros is never handed out', () => {
  const ids = randomIds();
  let calls = 0;
  vi.spyOn(Math, 'random').mockImplementation(() => (calls++ < 64 ? 0 : 0.5)); // the first text is zeros

  expect(ids.generateSpanId()).toBe('0000008000000080');
});
