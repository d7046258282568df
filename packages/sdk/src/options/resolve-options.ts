import { ConfigurationError } from './configuration-error.ts';
import { isRecord } from './option-kind.ts';
import { OPTION_TABLE, type OptionRow } from './option-table.ts';
import { defaultsOf, type ResolvedOptions, type StartOptions } from './options.ts';
import { ownMessage } from '../redaction/text/own-message.ts';

/** Where the value in force came from. */
type Origin = 'code' | 'environment' | 'file' | 'default';

export interface OptionSources {
  /** Given to `start()`: a mistake in it throws. */
  readonly code: StartOptions;
  readonly env: NodeJS.ProcessEnv;
  /** From `clew.config.*`: a mistake in it is reported, and the next source counts. */
  readonly file?: { readonly path: string; readonly options: unknown } | undefined;
}

export interface Resolution {
  readonly options: ResolvedOptions;
  /** By dotted path. */
  readonly origins: ReadonlyMap<string, Origin>;
  /** One sentence each: the name of the variable or key, what is wrong with it, what to do or what happens instead. */
  readonly problems: readonly string[];
}

/**
 * Code wins over environment, environment over the config file, the file over the default. Every source is read even
 * where another wins, so that every mistake is told.
 *
 * @throws ConfigurationError for a wrong option in code; everything else wrong is a problem in the result
 */
export function resolveOptions(
  { code, env, file }: OptionSources,
  table: readonly OptionRow[] = OPTION_TABLE,
): Resolution {
  const problems: string[] = [];
  for (const path of unknownPaths(code, table)) throw new ConfigurationError(path, 'is not an option of Clew');
  if (file !== undefined) problems.push(...fileProblems(file, table));

  const options = defaultsOf(table);
  const origins = new Map<string, Origin>();
  for (const row of table) {
    const found = [fromCode(row, code), fromEnv(row, env, problems), fromFile(row, file, problems)].filter(isFound);
    const [first] = found;
    origins.set(row.path, first?.origin ?? 'default');
    if (first !== undefined) write(options, row.path, row.merged ? mergeEntries(found) : first.value);
  }
  for (const { path, defaultFrom } of table) {
    if (defaultFrom !== undefined && origins.get(path) === 'default') {
      write(options, path, defaultFrom(options as unknown as ResolvedOptions));
    }
  }
  // A variable that several options read is wrong once.
  return { options: options as unknown as ResolvedOptions, origins, problems: [...new Set(problems)] };
}

interface Found {
  readonly value: unknown;
  readonly origin: Origin;
}

const isFound = (found: Found | undefined): found is Found => found !== undefined;

function mergeEntries(found: readonly Found[]): unknown {
  return Object.fromEntries(found.toReversed().flatMap(({ value }) => Object.entries(value as object)));
}

function fromCode({ path, kind }: OptionRow, code: StartOptions): Found | undefined {
  const value = read(code, path);
  if (value === undefined) return undefined;
  if (!kind.accepts(value)) throw new ConfigurationError(path, `is ${describe(value)}, expected ${kind.expected}`);
  return { value, origin: 'code' };
}

function fromEnv(row: OptionRow, env: NodeJS.ProcessEnv, problems: string[]): Found | undefined {
  for (const name of row.variables) {
    const raw = env[name]?.trim();
    if (!raw) continue; // the specification reads an empty variable as unset
    const { value, problem } = row.kind.parse(raw);
    if (problem !== undefined) problems.push(`${name} ${problem}; ${consequence(row, value)}`);
    if (value !== undefined) return { value, origin: 'environment' };
  }
  return undefined;
}

function fromFile({ path, kind }: OptionRow, file: OptionSources['file'], problems: string[]): Found | undefined {
  const value = read(file?.options, path);
  if (file === undefined || value === undefined) return undefined;
  if (kind.accepts(value)) return { value, origin: 'file' };
  problems.push(`${file.path}: ${path} is ${describe(value)}, expected ${kind.expected}; ignored`);
  return undefined;
}

function fileProblems({ path, options }: NonNullable<OptionSources['file']>, table: readonly OptionRow[]): string[] {
  if (!isRecord(options)) return [`${path} holds ${describe(options)}, expected an object of options; ignored`];
  return unknownPaths(options, table).map((key) => `${path}: ${key} is not an option of Clew; ignored`);
}

function consequence({ default: fallback }: OptionRow, value: unknown): string {
  if (value !== undefined) return 'the rest of it is used';
  if (fallback === undefined) return 'ignored';
  const printable = typeof fallback === 'string' ? fallback : JSON.stringify(fallback);
  return `ignored, ${printable} is used unless set elsewhere`;
}

/** Paths that are in `options` and not in the table; what is `undefined` is not there. */
function unknownPaths(options: object, table: readonly OptionRow[], prefix = ''): string[] {
  return Object.entries(options).flatMap(([key, value]) => {
    const path = prefix + key;
    if (value === undefined || table.some((row) => row.path === path)) return [];
    const isGroup = table.some((row) => row.path.startsWith(`${path}.`));
    return isGroup && isRecord(value) ? unknownPaths(value, table, `${path}.`) : [path];
  });
}

function read(options: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((value, key) => (isRecord(value) ? value[key] : undefined), options);
}

function write(options: Record<string, unknown>, path: string, value: unknown): void {
  const keys = path.split('.');
  const last = keys.pop() as string;
  const group = keys.reduce((at, key) => at[key] as Record<string, unknown>, options);
  group[last] = value;
}

/** Names the kind of a value, and the value itself without the secrets in it. */
function describe(value: unknown): string {
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return JSON.stringify(ownMessage(value).slice(0, 40));
  return Array.isArray(value) ? 'a list' : `a value of type ${typeof value}`;
}
