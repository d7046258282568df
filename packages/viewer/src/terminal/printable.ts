import { stripVTControlCharacters } from 'node:util';

const BREAKS = /[\s\p{Zl}\p{Zp}]+/gu;
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}]/gu; // control, bidirectional and zero-width characters, lone surrogates
const WIDE =
  /^(?:\p{Emoji_Presentation}|[\u1100-\u115F\u2E80-\uA4CF\uA960-\uA97F\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6\u{20000}-\u{3FFFD}])/u;
const COMBINING = /^\p{M}/u;
const ASCII = /^[ -~]*$/;

/**
 * Text from outside as one line that cannot steer the terminal: no escape sequences, no control or invisible
 * characters, white space as single spaces.
 */
export function printable(text: string): string {
  if (ASCII.test(text) && !text.includes('  ')) return text;
  return stripVTControlCharacters(text).replace(BREAKS, ' ').replace(INVISIBLE, '');
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
  if (displayWidth(text) <= width) return text;
  if (width < 1) return '';
  let kept = '';
  let taken = 1; // the ellipsis
  for (const character of text) {
    taken += widthOf(character);
    if (taken > width) break;
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
