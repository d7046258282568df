import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

import fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { filterLines, writeLine } from './write-line.ts';

const write = vi.spyOn(fs, 'writeSync').mockReturnValue(0);
syncBuiltinESMExports();

beforeEach(() => void write.mockClear());
afterEach(() => filterLines((line) => line));

const written = () => write.mock.calls.map(([, line]) => line);

test.each([
  ['clears the screen', '\u001B[2Ja', '[2Ja'],
  ['sets the title', '\u001B]0;pwned\u0007a', ']0;pwneda'],
  ['writes to the clipboard by C1', '\u009D52;c;eA==\u009Ca', '52;c;eA==a'],
  ['deletes what stands before', 'a\u007F\u0008b', 'ab'],
  ['turns the direction', 'a\u202Eb\u2066c\u200Fd', 'abcd'],
  ['is of no width', 'a\u200Bb\uFEFFc\u00ADd', 'abcd'],
  ['tags without being seen', 'a\u{E0041}b', 'ab'],
  ['is half a character', 'a\uD800b', 'ab'],
  ['breaks the line', 'a\r\nb\u2028c\u2029d\u0085e\u000Bf\tg', 'a b c d e f g'],
])('what %s is not written', (_, message, line) => {
  writeLine(message);

  expect(written()).toEqual([`clew: ${line}\n`]);
});

test('a line has some 1,000 characters at most', () => {
  writeLine('A'.repeat(3_000_000));
  writeLine('\u001B'.repeat(3_000_000));
  writeLine('😀'.repeat(3000));

  for (const line of written()) expect(line.length).toBeLessThan(1010);
  expect(written()[0]).toMatch(/^clew: A{1000}…\n$/);
});

test('whatever the message, one line without control characters comes of it', () => {
  const hostile = fc.oneof(fc.string({ unit: 'binary', maxLength: 3000 }), fc.string({ unit: 'grapheme' }));
  fc.assert(
    fc.property(hostile, (message) => {
      write.mockClear();
      writeLine(message);

      expect(written()).toHaveLength(1);
      expect(written()[0]).toMatch(/^clew: [^\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]*\n$/u);
    }),
  );
});

test('a secret is found by the filter although something invisible stands in it, or the line is cut in it', () => {
  filterLines((line) => line.replaceAll('SECRET', '***'));

  writeLine('a SEC\u200BRET b');
  writeLine(`${'x'.repeat(996)}SECRET`);

  expect(written()[0]).toBe('clew: a *** b\n');
  expect(written()[1]).not.toContain('SE');
});

test('a filter that throws costs the line and nothing else', () => {
  filterLines(() => {
    throw new Error('no');
  });

  expect(() => writeLine('a')).not.toThrow();
  expect(written()).toEqual([]);
});
