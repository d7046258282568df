import fc from 'fast-check';
import { expect, test } from 'vitest';

import { isKept } from './is-kept.ts';

const randomness = fc.stringMatching(/^[0-9a-f]{14}$/);
const thresholds = fc.stringMatching(/^(?:0|[0-9a-f]{0,13}[1-9a-f])$/);
const number = (digits: string) => BigInt(`0x${digits.padEnd(14, '0')}`);

test('a trace is kept when the end of its id, as a 56-bit number, is no less than the threshold', () => {
  fc.assert(
    fc.property(randomness, thresholds, fc.nat(14), (random, digits, common) => {
      const near = (random.slice(0, common) + digits).slice(0, 14).replace(/(?<=.)0+$/, '');

      for (const threshold of [digits, near]) {
        expect(isKept(`0af7651916cd43dd84${random}`, threshold)).toBe(number(random) >= number(threshold));
        expect(isKept(random, threshold)).toBe(number(random) >= number(threshold));
      }
    }),
    { numRuns: 2000 },
  );
});

// https://opentelemetry.io/docs/specs/otel/trace/tracestate-handling/#explicit-randomness-value-rv
test('the randomness 6e6d1a75832a2f is kept at thresholds up to itself', () => {
  const kept = ['0', '6', '6e6d1a75832a2e', '6e6d1a75832a2f'].map((each) => isKept('6e6d1a75832a2f', each));
  const rejected = ['6e6d1a75832a3', '6f', '7', 'fd70a'].map((each) => isKept('6e6d1a75832a2f', each));

  expect([...kept, ...rejected]).toEqual([true, true, true, true, false, false, false, false]);
});

test('what a threshold keeps, every lower one keeps', () => {
  fc.assert(
    fc.property(randomness, thresholds, thresholds, (random, a, b) => {
      const [lower, higher] = number(a) <= number(b) ? [a, b] : [b, a];

      expect(!isKept(random, higher) || isKept(random, lower)).toBe(true);
    }),
  );
});

test('capital letters in a trace id are digits too', () => {
  fc.assert(
    fc.property(randomness, thresholds, (random, threshold) => {
      expect(isKept(random.toUpperCase(), threshold)).toBe(isKept(random, threshold));
    }),
  );
});

test('without randomness only the threshold that rejects nothing keeps, and nothing throws', () => {
  for (const text of ['', 'ffffffffffff', undefined, null, 7, {}] as string[]) {
    expect([isKept(text, '0'), isKept(text, '00000000000001')]).toEqual([true, false]);
  }
});
