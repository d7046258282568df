import { describe, expect, test } from 'vitest';

import { isTracestateKey, isTracestateValue } from './tracestate-grammar.ts';

const ALL_CHARACTERS = Array.from({ length: 0x180 }, (_, code) => String.fromCharCode(code));

// https://www.w3.org/TR/trace-context-2/#key
describe('W3C Trace Context level 2, 3.3.1.2.1 key', () => {
  test('it begins with a lowercase letter or a digit', () => {
    const first = ALL_CHARACTERS.filter((character) => isTracestateKey(`${character}a`));

    expect(first.join('')).toBe('0123456789abcdefghijklmnopqrstuvwxyz');
  });

  test('it goes on with lowercase letters, digits, and _ - * / @', () => {
    const inside = ALL_CHARACTERS.filter((character) => isTracestateKey(`a${character}`));

    expect(inside.join('')).toBe('*-/0123456789@_abcdefghijklmnopqrstuvwxyz');
  });

  test('it has 1 to 256 characters', () => {
    expect(isTracestateKey('')).toBe(false);
    expect(isTracestateKey('z')).toBe(true);
    expect(isTracestateKey('z'.repeat(256))).toBe(true);
    expect(isTracestateKey('z'.repeat(257))).toBe(false);
  });

  test.each(['foo@', 'foo@@bar', 'foo@bar@baz', `${'t'.repeat(242)}@v`, `t@${'v'.repeat(15)}`, '1foo@bar'])(
    'level 2 has no rules for tenants and vendors: %s',
    (key) => {
      expect(isTracestateKey(key)).toBe(true);
    },
  );
});

// https://www.w3.org/TR/trace-context-2/#value
describe('W3C Trace Context level 2, 3.3.1.2.2 value', () => {
  test('it has printable ASCII characters except comma and equals sign', () => {
    const allowed = ALL_CHARACTERS.filter((character) => isTracestateValue(`${character}1`));

    const printable = ALL_CHARACTERS.slice(0x20, 0x7f).filter((character) => character !== ',' && character !== '=');
    expect(allowed).toEqual(printable);
  });

  test('it does not end with a space', () => {
    expect(isTracestateValue('1 ')).toBe(false);
    expect(isTracestateValue(' ')).toBe(false);
    expect(isTracestateValue(' 1')).toBe(true);
  });

  test('it has 1 to 256 characters', () => {
    expect(isTracestateValue('')).toBe(false);
    expect(isTracestateValue('v')).toBe(true);
    expect(isTracestateValue('v'.repeat(256))).toBe(true);
    expect(isTracestateValue('v'.repeat(257))).toBe(false);
  });
});
