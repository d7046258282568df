import { ConfigurationError } from './configuration-error.ts';
import { describeValue } from './describe-value.ts';
import { misplacedOptions } from './misplaced-options.ts';
import { isRecord, NO_SCHEME, type OptionKind } from './option-kind.ts';
import { OPTION_TABLE, type OptionRow } from './option-table.ts';
import { defaultsOf, type ResolvedOptions, type StartOptions } from './options.ts';
import { choosePolicyOrSampler } from './sampling-wish.ts';
import { withoutUnusableEndpoints } from './unusable-endpoints.ts';

/** Source of the value in force. */
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

  const values = defaultsOf(table);
  const chosen = new Map<string, Found>();
  for (const row of table) {
    const found = [fromCode(row, code), fromEnv(row, env, problems), fromFile(row, file, problems)].filter(isFound);
    const [first] = found;
    if (first === undefined) continue;
    chosen.set(row.path, first);
    write(values, row.path, row.merged ? mergeEntries(found) : resolvedValue(row, first));
  }
  const settled = settleSampling(values as unknown as ResolvedOptions, chosen, problems);
  for (const { path, defaultFrom } of table) {
    if (defaultFrom !== undefined && !chosen.has(path)) {
      write(settled as unknown as Record<string, unknown>, path, defaultFrom(settled));
    }
  }
  return {
    options: stopUnusableExporters(settled, chosen, problems),
    origins: new Map(table.map(({ path }) => [path, chosen.get(path)?.origin ?? 'default'])),
    // A variable that several options read is wrong once.
    problems: [...new Set(problems.map(({ text, consequence, advice }) => joined(text, consequence, advice)))],
  };
}

/** Value of an option in one source. */
interface Found {
  readonly value: unknown;
  readonly origin: Exclude<Origin, 'default'>;
  /** Name of the variable, or the file with the path of the option in it. */
  readonly source: string;
}

interface Problem {
  /** The option or group that the wrong value is for; empty where it is for none. */
  readonly path: string;
  readonly text: string;
  consequence: string;
  readonly advice?: string | undefined;
}

/** A policy and a sampler do not both decide. */
function settleSampling(
  options: ResolvedOptions,
  chosen: ReadonlyMap<string, Found>,
  problems: Problem[],
): ResolvedOptions {
  if (options.sampling === undefined) return options;
  const choice = choosePolicyOrSampler(options.sampling, (path) => chosen.get(path));
  problems.push(...choice.problems.map((problem) => ({ ...problem, consequence: 'ignored' })));
  return choice.isPolicyIgnored ? { ...options, sampling: undefined } : options;
}

/** Nothing goes to the default endpoint instead of one that was given and is wrong. */
function stopUnusableExporters(
  options: ResolvedOptions,
  chosen: ReadonlyMap<string, Found>,
  problems: Problem[],
): ResolvedOptions {
  const about = (path: string) => problems.filter((problem) => isFor(problem, path));
  const { options: usable, unusable } = withoutUnusableEndpoints(options, (path) => {
    return !chosen.has(path) && about(path).length > 0;
  });
  for (const { path, lacksScheme, consequence } of unusable) {
    const { origin, source } = chosen.get(path) ?? { origin: 'default', source: path };
    if (lacksScheme && origin === 'code') throw new ConfigurationError(path, NO_SCHEME);
    if (lacksScheme) problems.push({ path, text: `${source} ${NO_SCHEME}`, consequence: 'ignored' });
    if (consequence !== undefined) for (const problem of about(path)) problem.consequence = consequence;
  }
  return usable;
}

/** A group that holds no options is wrong for each of them. */
const isFor = (problem: Problem, path: string) =>
  problem.path === path || problem.path === path.slice(0, path.lastIndexOf('.'));

const isFound = (found: Found | undefined): found is Found => found !== undefined;

const joined = (...clauses: (string | undefined)[]) => clauses.filter((clause) => clause !== undefined).join('; ');

function mergeEntries(found: readonly Found[]): unknown {
  return Object.fromEntries(found.toReversed().flatMap(({ value }) => Object.entries(value as object)));
}

function resolvedValue({ resolved }: OptionRow, { value, origin, source }: Found): unknown {
  return resolved === undefined ? value : resolved.from(value, origin, source);
}

function fromCode({ path, kind }: OptionRow, code: object): Found | undefined {
  const value = read(code, path);
  if (value === undefined) return undefined;
  if (!kind.accepts(value)) throw new ConfigurationError(path, refusal(kind, value));
  return { value, origin: 'code', source: path };
}

function fromEnv(row: OptionRow, env: NodeJS.ProcessEnv, problems: Problem[]): Found | undefined {
  for (const name of row.variables) {
    const raw = env[name]?.trim();
    if (!raw) continue; // the specification reads an empty variable as unset
    const { value, problem, consequence } = row.kind.parse(raw);
    if (problem !== undefined) {
      problems.push({
        path: row.path,
        text: `${name} ${problem}`,
        consequence: consequence ?? (value === undefined ? fallback(row) : REST_IS_USED),
      });
    }
    if (value !== undefined) return { value, origin: 'environment', source: name };
  }
  return undefined;
}

function fromFile({ path, kind }: OptionRow, file: OptionSources['file'], problems: Problem[]): Found | undefined {
  const given = read(file?.options, path);
  if (file === undefined || given === undefined) return undefined;
  const source = `${file.path}: ${path}`;
  if (kind.accepts(given)) return { value: given, origin: 'file', source };
  const { value, consequence = value === undefined ? 'ignored' : REST_IS_USED } = kind.salvage?.(given) ?? {};
  problems.push({ path, text: `${source} ${refusal(kind, given)}`, consequence });
  return value === undefined ? undefined : { value, origin: 'file', source };
}

function refusal(kind: OptionKind<unknown>, value: unknown): string {
  return joined(`is ${describeValue(value)}, expected ${kind.expected}`, kind.advise?.(value));
}

function problemsOfFile(
  { path: name, options }: NonNullable<OptionSources['file']>,
  table: readonly OptionRow[],
): Problem[] {
  if (!isRecord(options)) {
    const text = `${name} holds ${describeValue(options)}, expected an object of options`;
    return [{ path: '', text, consequence: 'ignored' }];
  }
  return misplacedOptions(options, table).map(({ path, meant = '', problem, advice }) => {
    return { path: meant, text: `${name}: ${path} ${problem}`, consequence: 'ignored', advice };
  });
}

const REST_IS_USED = 'using the rest of it';

function fallback({ default: value, defaultFrom }: OptionRow): string {
  if (value === undefined || defaultFrom !== undefined) return 'ignored';
  const printable = typeof value === 'string' ? value : JSON.stringify(value);
  return `ignored, using ${printable} unless it is set elsewhere`;
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
