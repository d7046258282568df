/**
 * Text from outside for one line of the page: characters that cannot be seen, or that change how their neighbours are read
 * (control, bidirectional, zero-width), become escapes such as `\u202e`; white space becomes single spaces.
 */
export function visibleLine(text: string): string {
  if (PLAIN.test(text)) return text;
  return escapeHidden(text.replaceAll(SPACES, ' '));
}

/** The same for a block of text, which keeps its tabs and line breaks. */
export function visibleBlock(text: string): string {
  return PRINTABLE.test(text) ? text : escapeHidden(text.replaceAll('\r\n', '\n'));
}

/** Beginning of a text as one line: rows have no room for more, and texts may have millions of characters. */
export function visibleStart(text: string, limit: number = ROW_LIMIT): string {
  return text.length > limit ? `${visibleLine(beginningOf(text, limit))}…` : visibleLine(text);
}

/** The first `limit` UTF-16 units of a text, without half of a character at the end. */
export function beginningOf(text: string, limit: number): string {
  const isSplit = limit > 0 && HIGH_SURROGATE.test(text.charAt(limit - 1));
  return text.slice(0, isSplit ? limit - 1 : limit);
}

const ROW_LIMIT = 300;
const PLAIN = /^(?! )(?:[!-~]| (?! ))*$/;
const PRINTABLE = /^[\n\t -~]*$/;
const SPACES = /[\t\n\r ]+/g;
const HIGH_SURROGATE = /[\ud800-\udbff]/;

// Variation selectors 15 and 16 choose between text and emoji, and stand in many a name.
const HIDDEN = /(?!\n|\t|\ufe0e|\ufe0f)[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

function escapeHidden(text: string): string {
  return text.replaceAll(HIDDEN, (character) => {
    const code = (character.codePointAt(0) ?? 0).toString(16);
    return code.length > 4 ? `\\u{${code}}` : `\\u${code.padStart(4, '0')}`;
  });
}
