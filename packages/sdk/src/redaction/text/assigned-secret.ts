import { closingQuote } from './closing-quote.ts';
import { isParameterAt, skipBraces, withoutPunctuation } from './parameter-end.ts';
import { MARK, REDACTED } from './redacted.ts';

export interface Assignment {
  readonly name: string;
  /** The character before the name. */
  readonly before: string | undefined;
  /** Without spaces, as in `name=value`, or with a name in quotes: nothing but an assignment. */
  readonly isTight: boolean;
  readonly operator: string;
}

interface Range {
  readonly start: number;
  readonly end: number;
}

const OPENING_QUOTE = /\\*["'`]/y;
/** A function around the value, as in `password = crypt('…')`, or a list of values. */
const WRAPPING = /(?:\w{1,64}\(\s*|\[\s*)+/y;
const LIST = /\[/y;
/** To the end of the line, or to the quote that the whole line stands in. */
const LINE = /[^\r\n]*/y;
const LINE_IN: Readonly<Record<string, RegExp>> = { '"': /[^\r\n"]*/y, "'": /[^\r\n']*/y };
const BARE = /[^\s"'`<>;&,]+/y;
/** Placeholders for a value, and words for none. A value in braces is not among them: ODBC quotes with them. */
const NO_SECRET =
  /^(?:null|undefined|none|nil|true|false|\?|\$\d{1,3}|%s|\{\{?|\[|\$\{[a-z_][\w.]{0,63}\}|\{\{[\w.]{1,64}\}\})$/i;
const SCHEME =
  /(?:(?:Basic|Bearer|Token|ApiKey|Negotiate|NTLM|DPoP)|(Digest|Hawk|OAuth|AWS4-HMAC-SHA256|SharedKey\w{0,8}))\s+/iy;
const IS_HEADER_OF_LINE = /cookie$/i;
const IS_AUTHORIZATION = /authorization$/i;

/** The secret that begins at `at`, behind the name it is assigned to; undefined where none does. */
export function assignedSecret(text: string, at: number, assignment: Assignment): Range | undefined {
  const start = skip(WRAPPING, text, at);
  const closing = closingOf(assignment, start > at && skip(LIST, text, at) > at);
  const quoteEnd = skip(OPENING_QUOTE, text, start);
  if (quoteEnd > start) return quoted(text, quoteEnd, text.slice(start, quoteEnd), closing);
  if (start > at) return undefined; // a call of a function on something that is no text
  if (IS_HEADER_OF_LINE.test(assignment.name)) {
    return text[at] === '{' ? undefined : lineFrom(text, at, assignment.before); // an object of cookies
  }
  if (IS_AUTHORIZATION.test(assignment.name)) return authorization(text, at, assignment);
  const bracesEnd = assignment.operator === '=' ? skipBraces(text, at) : at;
  if (bracesEnd > at) return { start: at, end: bracesEnd };
  return bare(text, at, assignment);
}

/** The end of a list of values, of which an `IN (` is one. */
function closingOf({ operator }: Assignment, isList: boolean): string | undefined {
  if (isList) return ']';
  return operator.endsWith('(') ? ')' : undefined;
}

/** @param closing what ends the list that the quoted text is the first of */
function quoted(text: string, start: number, quote: string, closing: string | undefined): Range | undefined {
  let end = closingQuote(text, start, quote);
  if (closing !== undefined) {
    const bracket = text.indexOf(closing, end);
    const last = text.lastIndexOf(quote, bracket === -1 ? text.length : bracket);
    if (last > end) end = last;
  }
  return end > start ? { start, end } : undefined;
}

/** Ends where it is known first: what is behind a quote would be looked at again for each name before it. */
function lineFrom(text: string, start: number, before: string | undefined): Range | undefined {
  const end = skip(LINE_IN[before ?? ''] ?? LINE, text, start);
  return end > start ? { start, end } : undefined;
}

/** The credentials behind the scheme, where one is named. */
function authorization(text: string, at: number, assignment: Assignment): Range | undefined {
  SCHEME.lastIndex = at;
  const scheme = SCHEME.exec(text);
  if (scheme?.[1] !== undefined) return lineFrom(text, SCHEME.lastIndex, assignment.before);
  return bare(text, scheme === null ? at : SCHEME.lastIndex, { ...assignment, isTight: true });
}

function bare(text: string, start: number, { isTight }: Assignment): Range | undefined {
  const end = withoutPunctuation(text, start, bareEnd(text, start), true);
  const value = text.slice(start, end);
  if (value === '' || NO_SECRET.test(value) || value.startsWith(MARK)) return undefined;
  return isTight || looksSecret(value) ? { start, end } : undefined;
}

/** The end of a value without quotes; a comma ends it when `name=` follows. */
function bareEnd(text: string, start: number): number {
  let end = skip(BARE, text, start);
  while (text[end] === ',' && !isParameterAt(text, end + 1)) end = skip(BARE, text, end + 1);
  return end;
}

/** No word and no column: prose and SQL have names of credentials before an equals sign or a colon, too. */
function looksSecret(value: string): boolean {
  const rest = value.replaceAll(MARK, '').replaceAll(REDACTED, '');
  if (rest.length >= 16) return !/^[a-z_.-]+$/i.test(rest);
  return rest.length >= 6 && /\d/.test(rest) && /[a-z]/i.test(rest) && !/^\w+\.\w+$/.test(rest);
}

/** Where a sticky pattern ends that begins at `at`; `at` itself when it does not match. */
function skip(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : at;
}
