import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { percentDecode, percentEncode } from './percent-encoding.ts';

// https://www.w3.org/TR/baggage/#value
describe('W3C Baggage, 3.3.1.3 value', () => {
  test('what is outside of baggage-octet is percent-encoded, and so is the percent sign', () => {
    const asItIs = Array.from({ length: 0x80 }, (_, code) => String.fromCharCode(code)).filter(
      (character) => percentEncode(character) === character,
    );

    expect(asItIs.join('')).toBe(
      "!#$&'()*+-./0123456789:<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_`abcdefghijklmnopqrstuvwxyz{|}~",
    );
    expect(percentEncode('Am\u00e9lie, 100 %')).toBe('Am%C3%A9lie%2C%20100%20%25');
  });

  test('octet sequences that do not match UTF-8 are replaced by U+FFFD', () => {
    expect(percentDecode('a%C3b')).toBe('a\ufffdb');
    expect(percentDecode('%FF%FE')).toBe('\ufffd\ufffd');
    expect(percentDecode('%ED%A0%80')).toBe('\ufffd\ufffd\ufffd');
  });

  test('hex digits of either case are decoded', () => {
    expect(percentDecode('%c3%a9%C3%A9')).toBe('\u00e9\u00e9');
  });

  test('a percent sign that begins no escape stays', () => {
    expect(percentDecode('100%')).toBe('100%');
    expect(percentDecode('%zz%4')).toBe('%zz%4');
  });
});

test('any text survives, and where it travels it has baggage-octets only', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(percentDecode(percentEncode(text))).toBe(text);
      expect(percentEncode(text)).toMatch(/^[!#-+\--:<-[\]-~]*$/);
    }),
  );
});

test('a byte order mark is a character like any other', () => {
  expect(percentDecode(percentEncode('\ufeffa'))).toBe('\ufeffa');
});

test('a lone surrogate becomes U+FFFD', () => {
  expect(percentDecode(percentEncode('a\ud800b'))).toBe('a\ufffdb');
});
