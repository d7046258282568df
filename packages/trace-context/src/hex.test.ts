import fc from 'fast-check';
import { expect, test } from 'vitest';

import { hexBits, toHex } from './hex.ts';

test('hexBits is above 15 exactly for what has another character than a lowercase hex digit', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^[0-9a-f]+$/)), (text) => {
      expect(hexBits(text, 0, text.length) > 15).toBe(/[^\da-f]/.test(text));
    }),
  );
});

test('hexBits is zero exactly for zeros', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[01a-f]{1,8}$/), (digits) => {
      expect(hexBits(digits, 0, digits.length) === 0).toBe(/^0+$/.test(digits));
    }),
  );
});

test('toHex writes two lowercase digits for each byte', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      expect(toHex(bytes)).toBe(Buffer.from(bytes).toString('hex'));
    }),
  );
});
