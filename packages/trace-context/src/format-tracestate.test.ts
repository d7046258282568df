import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { formatTracestate } from './format-tracestate.ts';

/** A list-member of exactly `length` characters. */
const member = (key: string, length: number) => ({ key, value: 'v'.repeat(length - key.length - 1) });

const keysIn = (text: string) => text.split(',').map((part) => part.slice(0, part.indexOf('=')));

test('list-members are written in their order, without white space', () => {
  const tracestate = [
    { key: 'rojo', value: '00f067aa0ba902b7' },
    { key: 'congo', value: ' t61rcWkgMzE' },
  ];

  expect(formatTracestate(tracestate)).toBe('rojo=00f067aa0ba902b7,congo= t61rcWkgMzE');
});

test('of an empty list nothing is written', () => {
  expect(formatTracestate([])).toBe('');
});

// https://www.w3.org/TR/trace-context-2/#tracestate-limits
describe('W3C Trace Context level 2, 3.3.1.5 tracestate limits', () => {
  test('512 characters with their commas are propagated', () => {
    const tracestate = [member('a', 100), member('b', 300), member('c', 110)];

    expect(formatTracestate(tracestate)).toHaveLength(512);
    expect(keysIn(formatTracestate(tracestate))).toEqual(['a', 'b', 'c']);
  });

  test('beyond that, whole entries of more than 128 characters go first', () => {
    const tracestate = [member('a', 129), member('b', 128), member('c', 128), member('d', 128)];

    expect(formatTracestate(tracestate)).toBe(formatTracestate(tracestate.slice(1)));
  });

  test('of several such entries those on the right go first, and no more than have to', () => {
    const tracestate = [member('a', 200), member('b', 10), member('c', 200), member('d', 10), member('e', 200)];

    expect(keysIn(formatTracestate(tracestate))).toEqual(['a', 'b', 'c', 'd']);
  });

  test('then entries go from the end', () => {
    const tracestate = ['a', 'b', 'c', 'd', 'e', 'f'].map((key) => member(key, 128));

    expect(keysIn(formatTracestate(tracestate))).toEqual(['a', 'b', 'c']);
  });

  test('then entries go from the end, although a smaller one before them would do', () => {
    const tracestate = [member('a', 121), member('b', 120), member('c', 20), member('d', 120), member('e', 128)];

    expect(keysIn(formatTracestate(tracestate))).toEqual(['a', 'b', 'c', 'd']);
  });

  test('an entry that is too long by itself is not cut', () => {
    expect(formatTracestate([member('a', 513)])).toBe('');
  });
});

test('what is written is never longer than 512 characters, and never leaves out what would have fitted', () => {
  const tracestates = fc.array(fc.integer({ min: 3, max: 513 }), { maxLength: 32 });

  fc.assert(
    fc.property(tracestates, (lengths) => {
      const tracestate = lengths.map((length, index) => member(String.fromCharCode(0x61 + index), length));

      const text = formatTracestate(tracestate);

      expect(text.length).toBeLessThanOrEqual(512);
      const whole = lengths.reduce((sum, length) => sum + length + 1, -1);
      const parts = text === '' ? [] : text.split(',');
      if (whole <= 512) expect(parts).toHaveLength(lengths.length);
      for (const part of parts) expect(lengths).toContain(part.length);
    }),
  );
});
