import fc from 'fast-check';
import { expect, test } from 'vitest';

import { randomnessOf } from './demand.ts';

const hex = fc.string({ unit: fc.constantFrom(...Array.from('0123456789abcdefABCDEF')), minLength: 14, maxLength: 32 });

test('the randomness of an id is the number that 13 of its last 14 digits are, whatever their case', () => {
  fc.assert(
    fc.property(hex, (id) => {
      expect(randomnessOf(id)).toBe(Number(BigInt(`0x${id.slice(-14, -1)}`)) / 16 ** 13);
    }),
  );
});

test('any text has a randomness from 0 to 1, which is 0 where it begins with no digit', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.mixedCase(hex), fc.string({ unit: 'binary' })), (text) => {
      const randomness = randomnessOf(text);

      expect(randomness).toBeGreaterThanOrEqual(0);
      expect(randomness).toBeLessThan(1);
    }),
  );
  expect(['', 'x', 'gfffffffffffff', '@fffffffffffff'].map(randomnessOf)).toEqual([0, 0, 0, 0]);
});
