import { assert, dictionary, jsonValue, property, string } from 'fast-check';
import { expect, test } from 'vitest';

import { markHeld } from './mark-held.ts';

test('a line says that it was held, and nothing else about it changes', () => {
  assert(
    property(dictionary(string({ minLength: 1 }), jsonValue(), { minKeys: 1 }), (fields) => {
      const { held: _own, ...line } = fields;

      const marked = markHeld(`${JSON.stringify({ level: 20, ...line })}\n`);

      expect(marked.endsWith('}\n')).toBe(true);
      expect(JSON.parse(marked)).toEqual(JSON.parse(JSON.stringify({ level: 20, ...line, held: true })));
    }),
  );
});

test.each(['plain text\n', '{"held":"mine"}\n', '', '[1]'])('%j is left as it is', (line) => {
  expect(markHeld(line)).toBe(line);
});

test('an object without fields becomes one with the mark alone', () => {
  expect(markHeld('{}\n')).toBe('{"held":true}\n');
});
