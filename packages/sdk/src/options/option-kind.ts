import { describeValue } from './describe-value.ts';
import { didYouMean } from './nearest-name.ts';

/** Values that an option takes, and the way its environment variable is read. */
export interface OptionKind<T> {
  /**
   * `T` as TypeScript writes it, for the generated types. A type of another module is written
   * `import('module').Name`, with a relative path seen from this folder.
   */
  readonly type: string;
  /** Ends the sentence "expected …", for example `a number from 0 to 1`. */
  readonly expected: string;
  /** Tells whether a value given in code or in the config file can be used. */
  accepts(value: unknown): value is T;
  /** Reads an environment variable's text, trimmed and not empty. */
  parse(text: string): Reading<T>;
  /** Says more of a value that `accepts` refuses: the entry that is wrong, or the option that was meant. */
  advise?(value: unknown): string | undefined;
  /** Takes what can be used from a value that `accepts` refuses. Only for the config file: a mistake in code throws. */
  salvage?(value: unknown): Reading<T>;
}

/** A value, and what is wrong with its source. A value beside a problem is used in spite of it. */
export interface Reading<T> {
  readonly value?: T;
  readonly problem?: string;
  /** Treatment of the value beside the problem, unless using the rest of it. */
  readonly consequence?: string;
}

/** Builds a kind whose text form is converted by `read`; what `accepts` refuses is a problem. */
export function kindOf<T>(
  type: string,
  expected: string,
  accepts: (value: unknown) => value is T,
  read: (text: string) => unknown,
): OptionKind<T> {
  return {
    type,
    expected,
    accepts,
    parse(text) {
      const value = read(text);
      return accepts(value) ? { value } : { problem: `is not ${expected}` };
    },
  };
}

export const text: OptionKind<string> = kindOf('string', 'a string', isText, String);

export const flag: OptionKind<boolean> = {
  type: 'boolean',
  expected: 'true or false',
  accepts: (value) => typeof value === 'boolean',
  parse(text) {
    const lower = text.toLowerCase();
    if (lower === 'true' || lower === 'false') return { value: lower === 'true' };
    return { problem: 'is neither true nor false' };
  },
};

/** 0 to 1, written with a point. */
export const ratio: OptionKind<number> = {
  type: 'number',
  expected: 'a number from 0 to 1',
  accepts: isRatio,
  parse(text) {
    const value = Number(text);
    if (isRatio(value)) return { value };
    if (text.endsWith('%')) return { problem: 'is a percentage; write 0.1 for 10 %' };
    if (/^\d+,\d+$/.test(text)) return { problem: 'has a comma; write it with a point, as in 0.5' };
    return { problem: 'is not a number from 0 to 1' };
  },
};

export const wholeNumber: OptionKind<number> = kindOf('number', 'a whole number, 0 or more', isWholeNumber, Number);

export const positiveNumber: OptionKind<number> = kindOf(
  'number',
  'a whole number, 1 or more',
  (value): value is number => isWholeNumber(value) && value > 0,
  Number,
);

/** A limit that may be switched off with `Infinity` in code. */
export const limit: OptionKind<number> = kindOf(
  'number',
  'a whole number, 0 or more',
  (value): value is number => isWholeNumber(value) || value === Number.POSITIVE_INFINITY,
  (text) => (text === 'Infinity' ? Number.NaN : Number(text)),
);

/** Ends the sentence that starts with the name of a variable or an option. */
export const NO_SCHEME = 'has no scheme; write http:// or https:// before it';

/** An `http:` or `https:` URL. */
export const url: OptionKind<string> = {
  type: 'string',
  expected: 'an http or https URL',
  accepts: isHttpUrl,
  parse(text) {
    if (isHttpUrl(text)) return { value: text };
    if (/^["'].*["']$/.test(text)) return { problem: 'is in quotes that are part of the value; remove them' };
    if (/\s/.test(text)) return { problem: 'has a space in it' };
    if (/^[\w.-]+:\d+/.test(text)) return { problem: NO_SCHEME };
    return { problem: 'is not an http or https URL' };
  },
};

/** An `http:` or `https:` URL or, for gRPC only, a host with or without a port. */
export const endpoint: OptionKind<string> = {
  ...url,
  accepts: (value): value is string => url.accepts(value) || isHost(value),
  parse: (text) => (isHost(text) ? { value: text } : url.parse(text)),
};

/** Tells whether a text is a host with or without a port, and nothing else. */
export function isHost(value: unknown): value is string {
  if (typeof value !== 'string' || /^https?(?::|$)/i.test(value)) return false;
  return /^(?:[\w.-]+|\[[\da-f:.]+\])(?::\d+)?$/i.test(value) && URL.canParse(`http://${value}`);
}

/** One of a few names, written exactly so. */
export function oneOf<T extends string>(...names: readonly T[]): OptionKind<T> {
  const isName = (value: unknown): value is T => names.includes(value as T);
  return {
    type: unionOf(names),
    expected: `one of ${names.join(', ')}`,
    accepts: isName,
    parse(text) {
      return isName(text) ? { value: text } : { problem: unknownName(text, names) };
    },
  };
}

/** A comma-separated list of known names; unknown ones are a problem, the known ones beside them are used. */
export function listOf<T extends string>(...names: readonly T[]): OptionKind<readonly T[]> {
  const isName = (value: unknown): value is T => names.includes(value as T);
  return {
    ...listWhere(`readonly (${unionOf(names)})[]`, `a list of ${names.join(', ')}`, isName, (item) =>
      typeof item === 'string' ? didYouMean(item, names) : undefined,
    ),
    parse(text) {
      const items = splitList(text);
      const known = items.filter(isName);
      const unknown = items.find((item) => !isName(item));
      return {
        ...(known.length > 0 && { value: known }),
        ...(unknown !== undefined && { problem: unknownName(unknown, names) }),
      };
    },
  };
}

/** Any comma-separated words. */
export const words: OptionKind<readonly string[]> = {
  ...listWhere('readonly string[]', 'a list of names', isText),
  parse: (text) => ({ value: splitList(text) }),
};

/**
 * A list whose entries are checked one by one: the wrong one is named, and the others can be used.
 *
 * @param adviseOn says more of a wrong entry
 */
export function listWhere<T>(
  type: string,
  expected: string,
  isItem: (value: unknown) => value is T,
  adviseOn: (item: unknown) => string | undefined = () => undefined,
): OptionKind<readonly T[]> {
  return {
    ...given<readonly T[]>(type, expected, (value) => Array.isArray(value) && value.every(isItem)),
    advise(value) {
      if (!Array.isArray(value)) return undefined;
      const index = value.findIndex((item) => !isItem(item));
      const advice = adviseOn(value[index]);
      return `[${index}] is ${describeValue(value[index])}${advice === undefined ? '' : `, ${advice}`}`;
    },
    salvage(value) {
      const good = Array.isArray(value) ? value.filter(isItem) : [];
      return good.length > 0 ? { value: good } : {};
    },
  };
}

/** Values that no variable can hold: objects and functions, or options of others that we pass on. */
export function given<T>(type: string, expected: string, accepts: (value: unknown) => boolean): OptionKind<T> {
  return {
    type,
    expected,
    accepts: (value): value is T => accepts(value),
    parse: () => ({ problem: 'cannot be set by a variable' }),
  };
}

/** An object whose values are checked one by one: the wrong ones are named, and the others can be used. */
export function recordOf<T>(
  type: string,
  expected: string,
  isValue: (value: unknown) => value is T,
): OptionKind<Readonly<Record<string, T>>> {
  const wrong = (value: unknown) => (isRecord(value) ? Object.entries(value).filter(([, v]) => !isValue(v)) : []);
  return {
    ...given(`Readonly<Record<string, ${type}>>`, expected, (v) => isRecord(v) && wrong(v).length === 0),
    advise(value) {
      const told = wrong(value).map(([name, v]) => `${name} is ${describeValue(v)}`);
      return told.length > 0 ? told.join(', ') : undefined;
    },
    salvage(value) {
      const good = isRecord(value) ? Object.entries(value).filter(([, v]) => isValue(v)) : [];
      return good.length > 0 ? { value: Object.fromEntries(good) as Record<string, T> } : {};
    },
  };
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Union of names as TypeScript writes it. */
export function unionOf(names: readonly string[]): string {
  return names.map((name) => `'${name}'`).join(' | ');
}

function unknownName(name: string, names: readonly string[]): string {
  const lower = names.find((known) => known === name.toLowerCase());
  if (lower !== undefined) return `has a name in capitals; write ${lower}`;
  return `has an unknown name; expected ${names.join(', ')}`;
}

function splitList(text: string): string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isRatio(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= 1;
}

function isWholeNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function isHttpUrl(value: unknown): value is string {
  if (typeof value !== 'string' || /[\s"']/.test(value)) return false;
  return URL.canParse(value) && /^https?:\/\//i.test(value);
}
