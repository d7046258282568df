import fc from 'fast-check';
import { expect, test } from 'vitest';

import { parseThreshold, passesThreshold, probabilityOf, thresholdOf } from './threshold.ts';

// https://opentelemetry.io/docs/specs/otel/trace/tracestate-probability-sampling/
test.each([
  [1, '0'],
  [0.5, '8'],
  [0.75, '4'],
  [0.25, 'c'],
  [1 / 3, 'aaab'],
  [0.1, 'e666'],
  [0.05, 'f3333'],
  [0.01, 'fd70a'],
  [0.001, 'ffbe77'],
  [1 / 16, 'f'],
  [2 ** -52, 'fffffffffffff'],
  [2 ** -56, 'ffffffffffffff'],
])('the threshold for a probability of %d is %s', (probability, threshold) => {
  expect(thresholdOf(probability)).toBe(threshold);
});

// The table of 1-in-N probabilities there, with 3, 4 and 5 digits of precision.
test.each([
  [1, '0', '0', '0'],
  [2, '8', '8', '8'],
  [3, 'aab', 'aaab', 'aaaab'],
  [4, 'c', 'c', 'c'],
  [5, 'ccd', 'cccd', 'ccccd'],
  [8, 'e', 'e', 'e'],
  [10, 'e66', 'e666', 'e6666'],
  [16, 'f', 'f', 'f'],
  [100, 'fd71', 'fd70a', 'fd70a4'],
  [1000, 'ffbe7', 'ffbe77', 'ffbe76d'],
  [10_000, 'fff972', 'fff9724', 'fff97247'],
  [100_000, 'ffff584', 'ffff583a', 'ffff583a5'],
  [1_000_000, 'ffffef4', 'ffffef39', 'ffffef391'],
])('of 1 in %d the thresholds with 3, 4 and 5 digits are %s, %s and %s', (n, ...thresholds) => {
  expect([3, 4, 5].map((digits) => thresholdOf(1 / n, { digits }))).toEqual(thresholds);
});

test('rounded down, a threshold is the greatest of its length that the exact one is no less than', () => {
  const probabilities = fc.double({ min: 2 ** -56, max: 1, minExcluded: true, noNaN: true });

  fc.assert(
    fc.property(probabilities, fc.integer({ min: 1, max: 13 }), (probability, digits) => {
      const text = thresholdOf(probability, { digits, rounding: 'down' }) ?? '';

      // In units of 2^-200: every double of this range, and what it leaves of 1, is a whole number of them.
      const exact = scaled(1) - scaled(probability);
      const leading = Math.min(/^f*/.exec(exactDigits(exact))?.[0].length ?? 0, 13);
      const unit = scaled(16 ** -Math.min(14, leading + digits));
      expect(fraction(text) <= exact).toBe(true);
      expect(fraction(text) + unit > exact).toBe(true);
    }),
    { numRuns: 2000 },
  );
});

const scaled = (value: number) => BigInt(value * 2 ** 200);
const fraction = (threshold: string) => BigInt(`0x${threshold.padEnd(14, '0')}`) << 144n;
const exactDigits = (value: bigint) => (value >> 144n).toString(16).padStart(14, '0');

test('more than all counts as all, and less than the least as the least', () => {
  expect(thresholdOf(1.5)).toBe('0');
  expect(thresholdOf(Number.MIN_VALUE)).toBe('ffffffffffffff');
});

test.each([0, -0.5, Number.NaN])('no threshold says that %d is kept', (probability) => {
  expect(thresholdOf(probability)).toBeUndefined();
});

test('the probability of a threshold is the nearest double to what its digits leave of 2^56', () => {
  const thresholds = fc.string({
    unit: fc.constantFrom(...Array.from('0123456789abcdef')),
    minLength: 1,
    maxLength: 14,
  });

  fc.assert(
    fc.property(thresholds, (threshold) => {
      const kept = 2n ** 56n - BigInt(`0x${threshold.padEnd(14, '0')}`);

      expect(probabilityOf(threshold)).toBe(Number(kept) / 2 ** 56);
    }),
  );
});

test('a threshold does not depend on what was asked before', () => {
  expect([0.05, 0.05, 0.5, 0, 0.05].map((each) => thresholdOf(each))).toEqual([
    'f3333',
    'f3333',
    '8',
    undefined,
    'f3333',
  ]);
  expect(thresholdOf(0.05, { digits: 5 })).toBe('f33333');
  expect(thresholdOf(0.05)).toBe('f3333');
});

test('a threshold says its probability to four digits', () => {
  fc.assert(
    fc.property(fc.double({ min: 2 ** -40, max: 1, noNaN: true }), (probability) => {
      const threshold = thresholdOf(probability) ?? '';

      expect(Math.abs(probabilityOf(threshold) / probability - 1)).toBeLessThan(0.000_13);
    }),
  );
});

test('a threshold is read as a 56-bit number, and its probability is right to the last bit of a double', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[0-9a-f]{1,14}$/), (digits) => {
      const kept = 2n ** 56n - BigInt(`0x${digits.padEnd(14, '0')}`);

      expect(probabilityOf(digits)).toBe(Number(kept) / 2 ** 56);
    }),
  );
});

test('trailing zeros are cut, but for the last digit', () => {
  expect(parseThreshold('80')).toBe('8');
  expect(parseThreshold('c0ffee00000000')).toBe('c0ffee');
  expect(parseThreshold('00000000000000')).toBe('0');
  expect(parseThreshold('0008')).toBe('0008');
});

test.each(['', 'fd70a3d70a3d710', 'FD70A', '0x8', '8 ', '-8', 'g', '8.'])('%j is no threshold', (text) => {
  expect(parseThreshold(text)).toBeUndefined();
});

test('a trace is kept when its randomness, as a number, is no less than the threshold', () => {
  const randomness = fc.stringMatching(/^[0-9a-f]{14}$/);
  const number = (digits: string) => BigInt(`0x${digits.padEnd(14, '0')}`);

  fc.assert(
    fc.property(randomness, fc.stringMatching(/^[0-9a-f]{1,14}$/), fc.nat(14), (random, digits, common) => {
      const threshold = (random.slice(0, common) + digits).slice(0, 14);

      for (const text of [threshold, parseThreshold(threshold) ?? '']) {
        expect(passesThreshold(random, text)).toBe(number(random) >= number(text));
      }
    }),
  );
});

test('nothing is rejected at 0, and nearly everything at the last threshold', () => {
  expect(passesThreshold('00000000000000', '0')).toBe(true);
  expect(passesThreshold('fffffffffffffe', 'ffffffffffffff')).toBe(false);
  expect(passesThreshold('ffffffffffffff', 'ffffffffffffff')).toBe(true);
});
