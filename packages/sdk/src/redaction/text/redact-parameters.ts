import { isParameterAt, parameterEnd, type Surrounding } from './parameter-end.ts';
import { nextDelimiter, type QueryDelimiter } from './query-delimiter.ts';
import { MARK, REDACTED } from './redacted.ts';
import type { SecretNames } from './secret-names.ts';

/** Where a name stands. */
interface Place {
  /** The delimiter before it; undefined at the start of the text. */
  opener: QueryDelimiter | undefined;
  surrounding: Surrounding;
  /** Whether the word under way, a URL or settings, had a semicolon. */
  hasSemicolon: boolean;
  /** Whether the text had a `'`. */
  isQuoted: boolean;
}

const OPENS_PARAMETER = '?&;#';
const OPENS_QUERY = '?&#';
const ENDS_WORD = /[\s"'`<>]/;

/**
 * Replaces the values of secret parameters wherever a text has a URL, a query, a fragment, parameters in a path, a form
 * or settings such as `Server=…;Password=…`; of URLs that are percent-encoded in the query of another URL, too.
 *
 * @param isQuery whether the text as a whole is a query or a fragment without its `?` or `#`
 */
export function redactParameters(text: string, names: SecretNames, isQuery: boolean): string {
  const place: Place = {
    opener: undefined,
    surrounding: isQuery ? 'query' : 'path',
    hasSemicolon: false,
    isQuoted: false,
  };
  let result = '';
  let done = 0;
  let at = nextDelimiter(text, 0);
  while (at !== undefined) {
    let next = at.end;
    if (at.character === '=' && names.isParameter(text.slice(place.opener?.end ?? 0, at.index))) {
      const start = text[at.end] === "'" ? at.end + 1 : at.end;
      const end = withoutMore(text, start, valueEnd(text, start, at.depth, place, isQuery));
      if (end > start) {
        result += text.slice(done, start) + MARK;
        done = end;
        next = end;
      }
    }
    move(place, at);
    at = nextDelimiter(text, next);
  }
  return done === 0 ? text : result + text.slice(done);
}

/** Where the value ends that begins at `start`, behind an equals sign; at `start` when it is no parameter's. */
function valueEnd(text: string, start: number, depth: number, place: Place, isQuery: boolean): number {
  const { opener, surrounding } = place;
  const isQuoted = place.isQuoted || text[start - 1] === "'";
  const isNested = opener?.character === '=' && depth > opener.depth;
  const isParameter = opener === undefined ? isQuery : OPENS_PARAMETER.includes(opener.character) || isNested;
  if (isParameter) return parameterEnd(text, start, depth, isNested ? 'query' : surrounding, isQuoted);
  if (opener !== undefined && !ENDS_WORD.test(opener.character)) return start;
  // The first pair of a form looks like the assignment of any program: the second one tells.
  const end = parameterEnd(text, start, depth, 'query', isQuoted);
  return text.charAt(end) === '&' && isParameterAt(text, end + 1) ? end : start;
}

/**
 * Of a value that is redacted already, ends behind that where a delimiter follows that may be part of a value: such a
 * text would lose a little more each time it is redacted.
 */
function withoutMore(text: string, start: number, end: number): number {
  if (!text.startsWith(REDACTED, start)) return end;
  const next = start + REDACTED.length;
  return next < end && MAY_END_VALUE.test(text.charAt(next)) ? next : end;
}

const MAY_END_VALUE = /[;'\\,(){}[\]|]/;

function move(place: Place, at: QueryDelimiter): void {
  const { character } = at;
  if (ENDS_WORD.test(character)) {
    place.surrounding = 'path';
    place.hasSemicolon = false;
    place.isQuoted ||= character === "'";
  } else if (OPENS_QUERY.includes(character)) place.surrounding = 'query';
  else if (character === ';') place.hasSemicolon = true;
  else if (character === '=' && place.surrounding === 'path' && !place.hasSemicolon) place.surrounding = 'settings';
  place.opener = at;
}
