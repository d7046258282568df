import { ConfigurationError } from './configuration-error.ts';
import { describeValue } from './describe-value.ts';
import { misplacedOptions } from './misplaced-options.ts';
import { isRecord, type OptionKind } from './option-kind.ts';
import { OPTION_TABLE, type OptionRow } from './option-table.ts';
import { defaultsOf, type ResolvedOptions, type StartOptions } from './options.ts';

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
  if (!isRecord(code)) throw new ConfigurationError('the argument', `is ${describeValue(code)}, expected an object`);
  for (const { path, problem, advice } of misplacedOptions(code, table)) {
    throw new ConfigurationError(path, joined(problem, advice));
  }
  const problems: Problem[] = file === undefined ? [] : problemsOfFile(file, table);

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
  const told = new Set(problems.map(({ text, consequence }) => joined(text, consequence)));
  return { options: options as unknown as ResolvedOptions, origins, problems: [...told] };
}

interface Found {
  readonly value: unknown;
  readonly origin: Origin;
}

interface Problem {
  readonly text: string;
  readonly consequence: string;
}

const isFound = (found: Found | undefined): found is Found => found !== undefined;

const joined = (...clauses: (string | undefined)[]) => clauses.filter((clause) => clause !== undefined).join('; ');

function mergeEntries(found: readonly Found[]): unknown {
  return Object.fromEntries(found.toReversed().flatMap(({ value }) => Object.entries(value as object)));
}

function fromCode({ path, kind }: OptionRow, code: object): Found | undefined {
  const value = read(code, path);
  if (value === undefined) return undefined;
  if (!kind.accepts(value)) throw new ConfigurationError(path, refusal(kind, value));
  return { value, origin: 'code' };
}

function fromEnv(row: OptionRow, env: NodeJS.ProcessEnv, problems: Problem[]): Found | undefined {
  for (const name of row.variables) {
    const raw = env[name]?.trim();
    if (!raw) continue; // the specification reads an empty variable as unset
    const { value, problem, consequence } = row.kind.parse(raw);
    if (problem !== undefined) {
      problems.push({
        text: `${name} ${problem}`,
        consequence: consequence ?? (value === undefined ? fallback(row) : REST_IS_USED),
      });
    }
    if (value !== undefined) return { value, origin: 'environment' };
  }
  return undefined;
}

function fromFile({ path, kind }: OptionRow, file: OptionSources['file'], problems: Problem[]): Found | undefined {
  const given = read(file?.options, path);
  if (file === undefined || given === undefined) return undefined;
  if (kind.accepts(given)) return { value: given, origin: 'file' };
  const { value, consequence = value === undefined ? 'ignored' : REST_IS_USED } = kind.salvage?.(given) ?? {};
  problems.push({ text: `${file.path}: ${path} ${refusal(kind, given)}`, consequence });
  return value === undefined ? undefined : { value, origin: 'file' };
}

function refusal(kind: OptionKind<unknown>, value: unknown): string {
  return joined(`is ${describeValue(value)}, expected ${kind.expected}`, kind.advise?.(value));
}

function problemsOfFile({ path: name, options }: NonNullable<OptionSources['file']>, table: readonly OptionRow[]) {
  if (!isRecord(options)) {
    const text = `${name} holds ${describeValue(options)}, expected an object of options`;
    return [{ text, consequence: 'ignored' }];
  }
  return misplacedOptions(options, table).map(({ path, problem, advice }) => {
    return { text: `${name}: ${path} ${problem}`, consequence: joined('ignored', advice) };
  });
}

const REST_IS_USED = 'the rest of it is used';

function fallback({ default: value }: OptionRow): string {
  if (value === undefined) return 'ignored';
  const printable = typeof value === 'string' ? value : JSON.stringify(value);
  return `ignored, ${printable} is used unless set elsewhere`;
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
