import fc from 'fast-check';
import { expect, test } from 'vitest';

import { combineHeaders, trimOws } from './header-value.ts';

test('several headers of a name are one, in their order, with commas between them', () => {
  expect(combineHeaders(['a', '', 'b'])).toBe('a,,b');
});

test('one header is what it is', () => {
  expect(combineHeaders('a, b')).toBe('a, b');
});

test.each([undefined, null, [], 7, {}, true, ['a', 7], [['a']], Symbol('s')])('no header value: %o', (value) => {
  expect(combineHeaders(value as string)).toBeUndefined();
});

test('trimming takes spaces and tabs, and nothing else, from both ends', () => {
  fc.assert(
    fc.property(
      fc.stringMatching(/^[ \t]*$/),
      fc.string({ unit: 'binary' }).map((text) => text.replace(/^[ \t]+/, '').replace(/[ \t]+$/, '')),
      fc.stringMatching(/^[ \t]*$/),
      (before, text, after) => {
        expect(trimOws(before + text + after)).toBe(text);
      },
    ),
  );
});
