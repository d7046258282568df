import { didYouMean } from './nearest-name.ts';
import { given, listOf, listWhere, unionOf, type OptionKind } from './option-kind.ts';

/** An object of OpenTelemetry's that only code can give, known by the methods that will be called. */
export interface ObjectShape<T extends object> {
  /** Type as `OptionKind.type` has it. */
  readonly type: string;
  readonly methods: readonly (keyof T & string)[];
  /** Option that a value of another kind is likely meant for. */
  readonly insteadOf?: string;
}

/** One such object. */
export function objectWith<T extends object>({ type, methods, insteadOf }: ObjectShape<T>): OptionKind<T> {
  const isLacking = (value: unknown) => missingMethod(value, methods) !== undefined;
  return {
    ...given<T>(type, withArticle(nameOf(type)), (value) => !isLacking(value)),
    advise: (value) => {
      if (insteadOf !== undefined) return `did you mean ${insteadOf}?`;
      return typeof value === 'object' && value !== null ? `it has no ${missingMethod(value, methods)}()` : undefined;
    },
  };
}

/** A list of such objects. */
export function listOfObjects<T extends object>({ type, methods }: ObjectShape<T>): OptionKind<readonly T[]> {
  const isItem = (value: unknown): value is T => missingMethod(value, methods) === undefined;
  return listWhere(`readonly ${type}[]`, `a list of ${nameOf(type)}s`, isItem, (item) => adviseOn(item, type, methods));
}

/** A list of names, which a variable can hold, and of such objects, which only code can give. */
export function listOfNamesOr<T extends object, Name extends string>(
  names: readonly Name[],
  { type, methods }: ObjectShape<T>,
): OptionKind<readonly (Name | T)[]> {
  const named = listOf(...names);
  const isItem = (value: unknown): value is Name | T =>
    named.accepts([value]) || missingMethod(value, methods) === undefined;
  const list = listWhere(`readonly (${unionOf(names)} | ${type})[]`, named.expected, isItem, (item) =>
    typeof item === 'string' ? didYouMean(item, names) : adviseOn(item, type, methods),
  );
  return { ...list, parse: named.parse };
}

function adviseOn(item: unknown, type: string, methods: readonly string[]): string | undefined {
  if (typeof item !== 'object' || item === null) return undefined;
  return `which is not ${withArticle(nameOf(type))}: it has no ${missingMethod(item, methods)}()`;
}

/** The first method that a value lacks, which for anything but an object is the first of all. */
function missingMethod(value: unknown, methods: readonly string[]): string | undefined {
  if (typeof value !== 'object' || value === null) return methods[0];
  return methods.find((name) => !hasMethod(value, name));
}

function hasMethod(value: object, name: string): boolean {
  try {
    return typeof (value as Record<string, unknown>)[name] === 'function';
  } catch {
    return false; // a getter or a proxy that throws
  }
}

/** `MetricReader` for `import('…').IMetricReader`. */
function nameOf(type: string): string {
  return type.slice(type.lastIndexOf('.') + 1).replace(/^I(?=[A-Z])/, '');
}

const withArticle = (name: string) => `${/^[AEIOU]/.test(name) ? 'an' : 'a'} ${name}`;
