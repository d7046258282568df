import fc from 'fast-check';
import { expect, test } from 'vitest';

import { createDecisionCache } from './decision-cache.ts';

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';

/** Ids that are spread like random ones, and always the same. */
const idOf = (n: number): string => {
  const spread = (BigInt(n) + 1n) * 0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835n;
  return BigInt.asUintN(128, spread).toString(16).padStart(32, '0');
};

test('a decision is found under its trace id, and no other', () => {
  const cache = createDecisionCache();
  expect(cache.get(TRACE_ID)).toBeUndefined();

  cache.set(TRACE_ID, 7);
  expect(cache.get(TRACE_ID)).toBe(7);
  expect(cache.get(TRACE_ID.replace(/c$/, 'd'))).toBeUndefined();

  cache.set(TRACE_ID, 0);
  expect(cache.get(TRACE_ID)).toBe(0);
});

test('the last 13 digits of an id tell it from others', () => {
  const cache = createDecisionCache();
  cache.set(TRACE_ID, 1);

  for (let i = 0; i < 32; i++) {
    const digit = TRACE_ID[i] === '0' ? '1' : '0';
    expect(cache.get(TRACE_ID.slice(0, i) + digit + TRACE_ID.slice(i + 1))).toBe(i < 19 ? 1 : undefined);
  }
});

test.each([
  ['all zeros', '0'.repeat(32)],
  ['all f', 'f'.repeat(32)],
  ['an empty text', ''],
  ['a short text', 'a1'],
  ['no hex', 'zzzz-ÿ-😀-no hex at all'],
])('an id of %s is remembered', (_, id) => {
  const cache = createDecisionCache();
  cache.set(id, 3);

  expect(cache.get(id)).toBe(3);
  expect(cache.get(TRACE_ID)).toBeUndefined();
});

test('capital letters make no other id', () => {
  const cache = createDecisionCache();
  cache.set(TRACE_ID.toUpperCase(), 3);

  expect(cache.get(TRACE_ID)).toBe(3);
});

test('an id that is no text harms nothing', () => {
  const cache = createDecisionCache();

  for (const id of [undefined, null, 5, {}]) {
    cache.set(id as never, 1);
    expect(cache.get(id as never)).toBe(1);
  }
});

test('numbers from 0 to 65534 are remembered, and no others', () => {
  const cache = createDecisionCache();
  cache.set(TRACE_ID, 65_534);
  for (const value of [-1, 65_535, 2 ** 32, Number.NaN, Infinity]) cache.set(TRACE_ID, value);

  expect(cache.get(TRACE_ID)).toBe(65_534);
});

test('of many decisions, the last 32768 are found, and no more than twice as many', () => {
  const cache = createDecisionCache();
  const count = 200_000;
  const wrong: number[] = [];
  for (let n = 0; n < count; n++) {
    cache.set(idOf(n), n % 1000);
    const back = Math.max(n - 32_767, 0);
    if (cache.get(idOf(back)) !== back % 1000) wrong.push(n);
  }

  expect(wrong).toEqual([]);
  const found = Array.from({ length: count }, (_, n) => cache.get(idOf(n))).filter((value) => value !== undefined);
  expect(found.length).toBeGreaterThanOrEqual(32_768);
  expect(found.length).toBeLessThanOrEqual(65_536);
});

test('a cache is a map of the decisions since the last as many as it holds', () => {
  const id = fc.oneof(
    fc.nat(40).map(idOf),
    fc.nat(12).map((n) => n.toString(16).padStart(32, '0')),
    fc.string(),
  );
  const calls = fc.array(fc.record({ id, value: fc.option(fc.nat(5), { freq: 3 }) }), { maxLength: 60, size: 'max' });
  let remembered = 0;
  let forgotten = 0;
  const property = fc.property(fc.integer({ min: 1, max: 12 }), calls, (capacity, calls) => {
    const cache = createDecisionCache(capacity);
    const newest = new Map<string, { readonly value: number; readonly at: number }>();
    let decisions = 0;
    for (const { id, value } of calls) {
      const key = keyOf(id);
      if (value === null) {
        const known = newest.get(key);
        const found = cache.get(id);
        if (known !== undefined && decisions - known.at < capacity) expect(found).toBe(known.value);
        else expect([undefined, known?.value]).toContain(found);
        if (found !== undefined) remembered += 1;
        else if (known !== undefined) forgotten += 1;
      } else {
        cache.set(id, value);
        decisions += 1;
        newest.set(key, { value, at: decisions });
      }
    }
  });
  fc.assert(property, { numRuns: 2000 });

  expect(remembered).toBeGreaterThan(500);
  expect(forgotten).toBeGreaterThan(100);
});

/** The digits that an id is known by. */
function keyOf(id: string): string {
  const codes = Array.from({ length: 13 }, (_, i) => id.charCodeAt(id.length - 13 + i) || 0);
  return codes.map((code) => (((code & 15) + (code >> 6) * 9) & 15).toString(16)).join('');
}
