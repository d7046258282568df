import fc from 'fast-check';
import { expect, test } from 'vitest';

import { isOneEditAway, misspeltVariables } from './misspelt-variables.ts';

test.each([
  ['OTEL_SERVICE_NAM', 'OTEL_SERVICE_NAME'],
  ['OTEL_SERVICE_NAMES', 'OTEL_SERVICE_NAME'],
  ['OTEL_SERVICE-NAME', 'OTEL_SERVICE_NAME'],
  ['OTEL_EXPROTER_OTLP_ENDPOINT', 'OTEL_EXPORTER_OTLP_ENDPOINT'],
  ['CLEW_LOG_CORRELATE', 'CLEW_LOGS_CORRELATE'],
])('%s is taken for a misspelt %s', (name, meant) => {
  expect(misspeltVariables({ [name]: 'x' })).toEqual([`${name} is not a known variable; did you mean ${meant}?`]);
});

test.each(['OTEL_SERVICE_NAME', 'OTEL_INSTRUMENTATION_GENAI_CAPTURE', 'SERVICE_NAM', 'OTEL_X'])(
  '%s is left in peace',
  (name) => {
    expect(misspeltVariables({ [name]: 'x' })).toEqual([]);
  },
);

test('one letter added, removed, changed or swapped is one edit, and the relation is symmetric', () => {
  const word = fc.stringMatching(/^[A-Z_]{2,20}$/);
  fc.assert(
    fc.property(word, fc.nat(), fc.constantFrom('add', 'remove', 'change', 'swap'), (text, seed, edit) => {
      const at = seed % text.length;
      const edited = editOf(text, at, edit);
      fc.pre(edited !== text);
      expect(isOneEditAway(text, edited)).toBe(true);
      expect(isOneEditAway(edited, text)).toBe(true);
    }),
  );
});

test('nothing is one edit away from itself, or from a text two letters longer', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(isOneEditAway(text, text)).toBe(false);
      expect(isOneEditAway(text, `${text}ab`)).toBe(false);
    }),
  );
});

function editOf(text: string, at: number, edit: string): string {
  const [head, tail] = [text.slice(0, at), text.slice(at)];
  if (edit === 'add') return `${head}x${tail}`;
  if (edit === 'remove') return head + tail.slice(1);
  if (edit === 'change') return `${head}x${tail.slice(1)}`;
  return head + (tail[1] ?? '') + (tail[0] ?? '') + tail.slice(2);
}
