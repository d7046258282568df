import type { RedactHash, RedactValue } from '../redaction/redact-options.ts';
import { given, isRecord, listWhere, words, type OptionKind } from './option-kind.ts';

/** Regular expressions, or their sources. One that matches the empty text would be found between any two letters. */
export const patterns: OptionKind<readonly (RegExp | string)[]> = listWhere(
  'readonly (RegExp | string)[]',
  'a list of regular expressions that do not match the empty text',
  isPattern,
);

export const valueFunction: OptionKind<RedactValue> = given(
  "import('../redaction/redact-options.ts').RedactValue",
  'a function of a name and a string',
  (value) => typeof value === 'function',
);

export const hash: OptionKind<RedactHash> = given(
  "import('../redaction/redact-options.ts').RedactHash",
  'an object with a key (a string) and attributes (a list of names)',
  (value) => {
    if (!isRecord(value) || Object.keys(value).some((name) => name !== 'key' && name !== 'attributes')) return false;
    return ['string', 'undefined'].includes(typeof value['key']) && words.accepts(value['attributes']);
  },
);

function isPattern(value: unknown): value is RegExp | string {
  if (typeof value !== 'string' && !(value instanceof RegExp)) return false;
  try {
    return !new RegExp(value).test('');
  } catch {
    return false;
  }
}
