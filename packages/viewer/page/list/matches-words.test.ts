import { expect, test } from 'vitest';

import { matchesWords } from './matches-words.ts';

test.each([
  ['', true],
  ['declined', true],
  ['CARD payments', true],
  ['service:payments error', true],
  ['"card declined"', true],
  ['timeout', false],
  ['card -payments', false],
  ['card -orders', true],
])('%j matches: %s', (query, expected) => {
  expect(matchesWords(query, ['Error: card declined', 'payments', 'POST /charge'])).toBe(expected);
});
