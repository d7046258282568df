import { parseDuration } from '../reading/parse-duration.ts';
import { ApiRefusal } from './api-refusal.ts';

/** Parameters of a request, read as what they should be. All of these throw `ApiRefusal` for what they are not. */
export interface Query {
  /** As it stood in the URL. */
  readonly source: string;
  all(name: string): readonly string[];
  text(name: string): string | undefined;
  /** A whole number from `min` to `max`. */
  integer(name: string, min: number, max: number): number | undefined;
  /** Nanoseconds of a duration like `50ms`. */
  duration(name: string): number | undefined;
  flag(name: string): boolean | undefined;
  /** Those whose names begin with `prefix`, by the rest of their names. */
  under(prefix: string): readonly (readonly [rest: string, value: string])[];
}

const MAX_PARAMETERS = 50;
const FLAGS: Readonly<Record<string, boolean>> = { 1: true, true: true, 0: false, false: false };

/**
 * Reads the part of a URL after its `?`.
 *
 * @param known names of parameters; `attr.<key>` is any name that begins with `attr.`
 * @throws ApiRefusal for escapes that are none, and for names that are not known: a mistyped filter would find all
 */
export function readQuery(text: string, known: readonly string[]): Query {
  const pairs = parsePairs(text);
  if (pairs.length > MAX_PARAMETERS) throw new ApiRefusal(400, `more than ${MAX_PARAMETERS} parameters`);
  for (const [name] of pairs) {
    if (known.some((each) => isCalled(each, name))) continue;
    const expected = known.length === 0 ? 'none' : known.join(', ');
    throw new ApiRefusal(400, `unknown parameter ${JSON.stringify(name)}; expected: ${expected}`);
  }
  const all = (wanted: string) => pairs.flatMap(([name, value]) => (name === wanted ? [value] : []));

  function read<T>(name: string, expected: string, parse: (value: string) => T | undefined): T | undefined {
    const values = all(name);
    const [value] = values;
    if (value === undefined) return undefined;
    const parsed = values.length === 1 ? parse(value) : undefined;
    if (parsed !== undefined) return parsed;
    const got = values.length === 1 ? JSON.stringify(value) : 'several';
    throw new ApiRefusal(400, `${name}: expected ${expected}, got ${got}`);
  }

  return {
    source: text,
    all,
    text: (name) => read(name, 'one text', (value) => value),
    integer: (name, min, max) =>
      read(name, `a whole number from ${min} to ${max}`, (value) => {
        const number = /^\d{1,16}$/.test(value) ? Number(value) : Number.NaN;
        return number >= min && number <= max ? number : undefined;
      }),
    duration: (name) => read(name, 'a duration like 50ms', parseDuration),
    flag: (name) => read(name, '1 or 0', (value) => (Object.hasOwn(FLAGS, value) ? FLAGS[value] : undefined)),
    under: (prefix) =>
      pairs.flatMap(([name, value]) => (name.startsWith(prefix) ? [[name.slice(prefix.length), value]] : [])),
  };
}

function isCalled(known: string, name: string): boolean {
  const prefix = /^(.*)<.*>$/.exec(known)?.[1];
  return prefix === undefined ? name === known : name.length > prefix.length && name.startsWith(prefix);
}

function parsePairs(text: string): [name: string, value: string][] {
  return text
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const equals = pair.indexOf('=');
      if (equals < 0) return [decode(pair), ''];
      return [decode(pair.slice(0, equals)), decode(pair.slice(equals + 1))];
    });
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    throw new ApiRefusal(400, 'the query has a % that begins no escape of UTF-8');
  }
}
