import { nextDelimiter, type QueryDelimiter } from './query-delimiter.ts';

/** Place of a parameter: a query or a fragment, a path (`/a;name=value/b`), or settings (`name=value;…`). */
export type Surrounding = 'query' | 'path' | 'settings';

/** Ends a value wherever it stands: none of these is in a URL as it is. */
const NEVER_IN_A_VALUE = /[\s"`<>]/;
const ENDS: Readonly<Record<Surrounding, string>> = { query: '&#', path: '/?;,#&', settings: ';' };

/** Another parameter begins here. A semicolon without one is a part of the value before it. */
const NEXT_PARAMETER = /[\w.~%[\]-]{1,64}?(?:=|%(?:25)*3D)/iy;
/** Where in its file a URL is, as a stack has it behind the URL. */
const LINE_AND_COLUMN = /:\d{1,7}:\d{1,7}$/;
const BRACES = /\{[^{}"'\r\n](?:[^{}\r\n]|\}\})*\}(?=$|[;\s"'&,)])/y;
const MAX_PUNCTUATION = 16;
const CLOSING: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' };

/**
 * Where the value that begins at `start` ends.
 *
 * @param depth how often the equals sign before it is percent-encoded
 * @param isQuoted whether a `'` before it may be closed by one behind it
 */
export function parameterEnd(
  text: string,
  start: number,
  depth: number,
  surrounding: Surrounding,
  isQuoted: boolean,
): number {
  const isEnd = ({ character, depth: endDepth, end }: QueryDelimiter) => {
    if (endDepth > depth) return false;
    if (NEVER_IN_A_VALUE.test(character)) return true;
    if (character === "'") return isQuoted;
    if (character === '\\') return surrounding !== 'settings';
    if (character === ';' && surrounding === 'query') return end === text.length || isParameterAt(text, end);
    return ENDS[surrounding].includes(character);
  };
  const braces = surrounding === 'settings' ? skipBraces(text, start) : start;
  let delimiter = nextDelimiter(text, braces);
  while (delimiter !== undefined && !isEnd(delimiter)) delimiter = nextDelimiter(text, delimiter.end);
  const end = delimiter?.index ?? text.length;
  const isInProse = delimiter === undefined ? /\s/.test(text) : NEVER_IN_A_VALUE.test(delimiter.character);
  return withoutPunctuation(text, start, end, isInProse);
}

/** Where a value ends that ODBC would have in braces; `start` itself where it begins with none. `}}` closes nothing. */
export function skipBraces(text: string, start: number): number {
  if (text[start] !== '{') return start;
  BRACES.lastIndex = start;
  return BRACES.test(text) ? BRACES.lastIndex : start;
}

/** Whether a name and an equals sign are at `index`. */
export function isParameterAt(text: string, index: number): boolean {
  NEXT_PARAMETER.lastIndex = index;
  return NEXT_PARAMETER.test(text);
}

/** Moves an end before what belongs to the text around the value: a bracket that it does not open, a full stop. */
export function withoutPunctuation(text: string, start: number, end: number, isInProse: boolean): number {
  const limit = Math.max(start, end - MAX_PUNCTUATION);
  let last = end;
  if (isInProse) last -= LINE_AND_COLUMN.exec(text.slice(limit, end))?.[0].length ?? 0;
  while (last > limit && isPunctuation(text.slice(start, last), isInProse)) last -= 1;
  return last;
}

function isPunctuation(value: string, isInProse: boolean): boolean {
  const last = value.charAt(value.length - 1);
  const opening = CLOSING[last];
  return opening === undefined ? isInProse && ".,:;!?'".includes(last) : !value.includes(opening);
}
