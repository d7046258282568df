// Two alternatives never begin at the same place, and what a repetition takes holds no introducer: time grows with the
// length of the text and not faster. `stripVTControlCharacters` of Node takes quadratic time.
const ESCAPES = new RegExp(
  [
    String.raw`(?:\x1b\[[0-?]*|\x9b[0-?]+)[ -/]*[@-~]`, // a control sequence: colours, moves, erasing
    String.raw`(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x00-\x1f\x7f-\x9f]*(?:\x07|\x1b\\|\x9c)`, // a string: titles, links, the clipboard
    String.raw`\x1b[ -/]*[0-~]`, // any other escape, or the beginning of one that does not end
  ].join('|'),
  'g',
);
const BREAKS = /[\s\p{Zl}\p{Zp}]+/gu;
const INVISIBLE = /(?!\t)[\p{Cc}\p{Cf}\p{Cs}\p{Co}]/gu; // control, bidirectional and zero-width characters, lone surrogates
const WIDE =
  /^(?:\p{Emoji_Presentation}|[\u1100-\u115F\u2E80-\uA4CF\uA960-\uA97F\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6\u{20000}-\u{3FFFD}])/u;
const COMBINING = /^\p{M}/u;
const ASCII = /^[ -~]*$/;

/** Characters of a text that are looked at where it is cut to a line of the terminal: names may have millions. */
const MAX_LINE = 2000;
/** Characters in a column: marks that combine take none, and nothing else bounds their number. */
const MAX_PER_COLUMN = 8;

/**
 * Text from outside as one line that cannot steer the terminal: no escape sequences, no control or invisible
 * characters, white space as single spaces.
 */
export function printable(text: string): string {
  if (ASCII.test(text) && !text.includes('  ')) return text;
  return withoutControls(withoutEscapes(text).replaceAll(BREAKS, ' '));
}

/** The beginning of a text from outside, printable, where a line of the terminal has no room for more anyway. */
export function printableStart(text: string): string {
  return printable(text.length > MAX_LINE ? text.slice(0, MAX_LINE) : text);
}

/** The same as `printable`, but spaces and tabs stay as they are. */
export function printableAsIs(text: string): string {
  return ASCII.test(text) ? text : withoutControls(withoutEscapes(text));
}

/** Text without the escape sequences of terminals. */
export function withoutEscapes(text: string): string {
  return text.replaceAll(ESCAPES, '');
}

function withoutControls(text: string): string {
  return text.replaceAll(INVISIBLE, '');
}

/** How many columns printable text takes: 2 for East Asian wide characters and emoji, 0 for combining marks. */
export function displayWidth(text: string): number {
  if (ASCII.test(text)) return text.length;
  let width = 0;
  for (const character of text) width += widthOf(character);
  return width;
}

/** Cuts text that is wider than `width`, and marks the cut with an ellipsis. */
export function cut(text: string, width: number): string {
  if (text.length <= width * MAX_PER_COLUMN && displayWidth(text) <= width) return text;
  if (width < 1) return '';
  let kept = '';
  let taken = 1; // the ellipsis
  for (const character of text) {
    taken += widthOf(character);
    if (taken > width || kept.length >= width * MAX_PER_COLUMN) break;
    kept += character;
  }
  return `${kept}…`;
}

/** Fills text up to `width` columns with spaces. */
export function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - displayWidth(text)));
}

function widthOf(character: string): number {
  if (COMBINING.test(character)) return 0;
  return WIDE.test(character) ? 2 : 1;
}
