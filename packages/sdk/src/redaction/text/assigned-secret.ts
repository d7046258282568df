import { closingQuote } from './closing-quote.ts';
import { isParameterAt, withoutPunctuation } from './parameter-end.ts';
import { REDACTED } from './redacted.ts';

export interface Assignment {
  readonly name: string;
  /** The character before the name. */
  readonly before: string | undefined;
  /** Without spaces, as in `name=value`, or with a name in quotes: nothing but an assignment. */
  readonly isTight: boolean;
}

interface Range {
  readonly start: number;
  readonly end: number;
}

const OPENING_QUOTE = /\\*["'`]/y;
/** A function around the value, as in `password = crypt('…')`, or a list of values. */
const WRAPPING = /(?:\w{1,64}\(\s*|\[\s*)+/y;
const LIST = /\[/y;
const TO_LINE_END = /[^\r\n]*/y;
const BARE = /[^\s"'`<>;&,]+/y;
/** What stands for a value, or for none. */
const NO_SECRET = /^(?:null|undefined|none|nil|true|false|\?|\$\d{1,3}|%s|\$?\{.{0,64}|REDACTED.{0,999})$/i;
const SCHEME =
  /(?:(?:Basic|Bearer|Token|ApiKey|Negotiate|NTLM|DPoP)|(Digest|Hawk|OAuth|AWS4-HMAC-SHA256|SharedKey\w{0,8}))\s+/iy;
const IS_HEADER_OF_LINE = /cookie$/i;
const IS_AUTHORIZATION = /authorization$/i;

/** The secret that begins at `at`, behind the name it is assigned to; undefined where none does. */
export function assignedSecret(text: string, at: number, assignment: Assignment): Range | undefined {
  const start = skip(WRAPPING, text, at);
  const isList = start > at && skip(LIST, text, at) > at;
  const quoteEnd = skip(OPENING_QUOTE, text, start);
  if (quoteEnd > start) return quoted(text, quoteEnd, text.slice(start, quoteEnd), isList);
  if (start > at) return undefined; // a call of a function on something that is no text
  if (IS_HEADER_OF_LINE.test(assignment.name) && text[at] !== '{') return lineFrom(text, at, assignment.before);
  if (IS_AUTHORIZATION.test(assignment.name)) return authorization(text, at, assignment);
  return bare(text, at, assignment);
}

function quoted(text: string, start: number, quote: string, isList: boolean): Range | undefined {
  let end = closingQuote(text, start, quote);
  if (isList) {
    const bracket = text.indexOf(']', end);
    const last = text.lastIndexOf(quote, bracket === -1 ? text.length : bracket);
    if (last > end) end = last;
  }
  return end > start ? { start, end } : undefined;
}

/** To the end of the line, or to the quote that the whole line stands in. */
function lineFrom(text: string, start: number, before: string | undefined): Range | undefined {
  const lineEnd = skip(TO_LINE_END, text, start);
  const quoteEnd = before === '"' || before === "'" ? text.indexOf(before, start) : -1;
  const end = quoteEnd === -1 ? lineEnd : Math.min(quoteEnd, lineEnd);
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
  if (value === '' || NO_SECRET.test(value)) return undefined;
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
  if (value.includes(REDACTED)) return false;
  if (value.length >= 16) return !/^[a-z_.-]+$/i.test(value);
  return value.length >= 6 && /\d/.test(value) && /[a-z]/i.test(value) && !/^\w+\.\w+$/.test(value);
}

/** Where a sticky pattern ends that begins at `at`; `at` itself when it does not match. */
function skip(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : at;
}
