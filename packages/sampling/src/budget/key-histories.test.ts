import fc from 'fast-check';
import { expect, test } from 'vitest';

import { createKeyHistories } from './key-histories.ts';

/** Name of all keys that are not told apart. */
const REST = '*';
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

test('nothing is known of a new key', () => {
  expect(createKeyHistories(10).get('["/"]', 0)).toEqual({ traces: 0, errors: 0, meanSpans: 1 });
});

test('traces, errors and spans of a key are counted', () => {
  const histories = createKeyHistories(10);

  histories.note('["/"]', 3, false, 0);
  histories.note('["/"]', 5, true, 0);

  expect(histories.get('["/"]', 0)).toEqual({ traces: 2, errors: 1, meanSpans: 4 });
});

test('what is ten seconds old counts 0.85 times', () => {
  const histories = createKeyHistories(10);
  histories.note('["/"]', 3, true, 0);

  const { traces, errors, meanSpans } = histories.get('["/"]', 10_000);

  expect(traces).toBeCloseTo(0.85, 9);
  expect(errors).toBeCloseTo(0.85, 9);
  expect(meanSpans).toBe(3);
});

test('keys beyond the most are known under one name', () => {
  const histories = createKeyHistories(2);
  for (const key of ['a', 'b']) histories.note(histories.nameOf(key), 1, false, 0);

  expect(['a', 'b', 'c', 'd'].map((key) => histories.nameOf(key))).toEqual(['a', 'b', REST, REST]);
});

test('long keys are known under one name', () => {
  const histories = createKeyHistories(2);

  expect(histories.nameOf('x'.repeat(512))).toBe('x'.repeat(512));
  expect(histories.nameOf('x'.repeat(513))).toBe(REST);
});

test('keys that have not come for long make room for others', () => {
  const histories = createKeyHistories(2);
  const note = (key: string, now: number) => histories.note(histories.nameOf(key), 1, false, now);
  for (const key of ['a', 'b', 'c']) note(key, 0);

  for (let now = 0; now <= HOUR; now += 1000) for (const key of ['c', 'd', 'e']) note(key, now);

  const keys = ['c', 'd', 'e'].filter((key) => histories.nameOf(key) === key);
  expect(keys).toHaveLength(2);
  for (const key of keys) expect(histories.get(key, HOUR).traces).toBeGreaterThan(10);
});

test('a key that comes back after it was forgotten begins anew', () => {
  const histories = createKeyHistories(2);
  histories.note('a', 100, true, 0);

  histories.note('b', 1, false, DAY);
  histories.note('a', 2, false, DAY);

  expect(histories.get('a', DAY)).toEqual({ traces: 1, errors: 0, meanSpans: 2 });
});

test('a clock that was set back by an hour changes nothing that is known', () => {
  const histories = createKeyHistories(10);
  histories.note('a', 3, true, HOUR);

  expect(histories.get('a', 0)).toEqual({ traces: 1, errors: 1, meanSpans: 3 });
  histories.note('a', 3, true, 0);
  expect(histories.get('a', 0)).toEqual({ traces: 2, errors: 2, meanSpans: 3 });
});

test('a clock that was set forward for a while does not keep keys from being forgotten', () => {
  const histories = createKeyHistories(1);
  histories.note('a', 1, false, DAY);
  for (let now = 0; now <= HOUR; now += 1000) histories.note(histories.nameOf('b'), 1, false, now);

  expect(histories.nameOf('b')).toBe('b');
});

test('numbers are finite and keys are few, whatever comes and however the clock jumps', () => {
  const steps = fc.array(
    fc.record({
      key: fc.oneof(
        fc.nat(30).map(String),
        fc.nat(3).map((each) => `${each}`.repeat(600)),
      ),
      spans: fc.integer({ min: 1, max: 1_000_000 }),
      isError: fc.boolean(),
      step: fc.constantFrom(0, 1, 10_000, HOUR, -HOUR, DAY),
    }),
    { maxLength: 200 },
  );

  fc.assert(
    fc.property(steps, fc.integer({ min: 1, max: 8 }), (each, maxKeys) => {
      const histories = createKeyHistories(maxKeys);
      let now = 0;
      for (const { key, spans, isError, step } of each) {
        now += step;
        const name = histories.nameOf(key);
        histories.note(name, spans, isError, now);

        const { traces, errors, meanSpans } = histories.get(name, now);
        expect(traces).toBeGreaterThanOrEqual(1);
        expect(traces).toBeLessThanOrEqual(each.length);
        expect(errors).toBeLessThanOrEqual(traces);
        expect(meanSpans).toBeGreaterThanOrEqual(1);
        expect(meanSpans).toBeLessThanOrEqual(1_000_001);
        const known = new Set(each.map((other) => other.key).filter((other) => histories.nameOf(other) === other));
        const isFull = histories.nameOf('a new one') === REST;
        if (isFull) expect(known.size).toBeLessThanOrEqual(maxKeys);
      }
    }),
  );
});
