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
  const seed = [0, 0, 3_340_530_119, 0]; // of which the first two words are zeros: c + 8c + 1 is 2 ** 32 times seven
  vi.spyOn(Math, 'random').mockImplementation(() => (seed.shift() ?? 0) / 2 ** 32);

  const ids = randomIds();

  expect(ids.generateSpanId()).toBe('0000000001000000');
  expect(isValidTraceId(ids.generateTraceId())).toBe(true);
});

test('each bit of an id is set in half of them', () => {
  const ids = randomIds();
  const count = 4096;
  const set = Array.from({ length: 128 }, () => 0);

  for (let n = 0; n < count; n++) {
    const bits = BigInt(`0x${ids.generateTraceId()}`);
    for (let bit = 0; bit < set.length; bit++) set[bit] = (set[bit] ?? 0) + Number((bits >> BigInt(bit)) & 1n);
  }

  // Six standard deviations: one of 128 bits is further off once in four million runs.
  for (const each of set) expect(Math.abs(each - count / 2)).toBeLessThan(6 * (Math.sqrt(count) / 2));
});
