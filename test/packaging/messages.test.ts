import { readFileSync } from 'node:fs';

import { expect, test } from 'vitest';

import { ROOT } from '../support/workspace.ts';
import { messageLiterals } from './message-literals.ts';

const TABLE = readFileSync(`${ROOT}MESSAGES.md`, 'utf8');
/** The texts in the first cells of all rows. */
const MESSAGES = Array.from(TABLE.matchAll(/^\| (`.+?`) \|/gm), ([, cell = '']) => cell).flatMap((cell) =>
  Array.from(cell.matchAll(/`([^`]+)`/g), ([, text = '']) => text),
);
const LITERALS = messageLiterals();

/** Texts of three words and more that are no message. */
const NO_MESSAGES = new Set([
  'Attempted duplicate registration of API',
  'OpenTelemetry SDK Context Key SUPPRESS_TRACING',
  'an unknown status',
  'asked by this SDK',
  'boolean | object',
  'connection proxy-connection keep-alive transfer-encoding http2-settings',
  'content-length content-type content-encoding host user-agent expect te trailer upgrade',
  'end of process',
  'fastify otel addhook original',
  'hash of …',
  'the answer is too long',
  'the host is not known',
  'too many open',
  'traces that unfold: all, errors, slow or none; attributes adds those of every span; with commas between',
  'with its module',
  '[… other arguments]',
  // Of errors on spans.
  '… called on the message',
  'not settled within … s',
  'the channel closed before the message was settled',
  'what was received is not changed',
]);

/** The fixed parts of a text with `…` in it. */
const partsOf = (text: string) => text.split('…').filter((part) => part.trim() !== '');

/** Whether all parts stand in the message, in their order. */
function isIn(parts: readonly string[], message: string): boolean {
  let at = 0;
  return parts.every((part) => {
    const found = message.indexOf(part.trim(), at);
    at = found + part.trim().length;
    return found !== -1;
  });
}

test('every message of the sources has a row in MESSAGES.md', () => {
  const unknown = LITERALS.filter(({ text, isMessage }) => isMessage && !NO_MESSAGES.has(text))
    .filter(({ text }) => !MESSAGES.some((message) => isIn(partsOf(text), message)))
    .map(({ place, text }) => `${place} ${text}`);

  expect(unknown).toEqual([]);
});

test('every row of MESSAGES.md is made of texts of the sources', () => {
  const stale = MESSAGES.filter((message) => {
    const texts = LITERALS.map(({ text }) => partsOf(text))
      .filter((parts) => isIn(parts, message))
      .flat();
    const words = message.match(/\p{L}{4,}/gu) ?? [];
    return !words.every((word) => texts.some((text) => text.includes(word)));
  });

  expect(MESSAGES.length).toBeGreaterThan(100);
  expect(stale).toEqual([]);
});
