import { compileGlob } from './glob.ts';
import { KIND_NAMES, STATUS_NAMES, type Condition, type Range, type ValueTest } from './policy.ts';

/** Reads the facts of a subject that conditions ask for. What a subject does not know is `undefined`, and fits nothing. */
export interface FactReader<Subject> {
  name(subject: Subject): string;
  kind(subject: Subject): number;
  attribute(subject: Subject, key: string): unknown;
  resource(subject: Subject, key: string): unknown;
  /** OpenTelemetry's number of the status code. */
  status?(subject: Subject): number;
  duration?(subject: Subject): number;
  /** Duration in milliseconds above which the subject is slow; `undefined` while nobody knows. */
  slowFrom?(subject: Subject, quantile: number, per: string): number | undefined;
  /** Says whether one of the spans that `any_span` is about passes. */
  hasSpan?(subject: Subject, passes: (subject: Subject) => boolean): boolean;
  hasLinks?(subject: Subject): boolean;
  parent?(subject: Subject): 'none' | 'remote' | 'local';
}

type Test<Subject> = (subject: Subject) => boolean;

/** Compiles conditions into one test, which is true when all hold. It throws what the reader throws. */
export function compileConditions<Subject>(
  conditions: readonly Condition[],
  facts: FactReader<Subject>,
): (subject: Subject) => boolean {
  const tests = conditions.map((condition) => compileCondition(condition, facts));
  const [only] = tests;
  if (only !== undefined && tests.length === 1) return only;
  return (subject) => {
    for (const test of tests) if (!test(subject)) return false;
    return true;
  };
}

function compileCondition<Subject>(condition: Condition, facts: FactReader<Subject>): Test<Subject> {
  switch (condition.on) {
    case 'name': {
      const fits = compileValues(condition.anyOf);
      return (subject) => fits(facts.name(subject));
    }
    case 'kind': {
      const kinds = new Set<number>(condition.anyOf.map((name) => KIND_NAMES.indexOf(name)));
      return (subject) => kinds.has(facts.kind(subject));
    }
    case 'attribute':
    case 'resource': {
      const { on, key } = condition;
      const fits = compileValues(condition.anyOf);
      return (subject) => fits(facts[on](subject, key));
    }
    case 'status': {
      const codes = new Set<number | undefined>(condition.anyOf.map((name) => STATUS_NAMES.indexOf(name)));
      return (subject) => codes.has(facts.status?.(subject));
    }
    case 'duration':
      return (subject) => isWithin(condition.range, facts.duration?.(subject) ?? Number.NaN);
    case 'slowerThan': {
      const { quantile, per, floor } = condition;
      return (subject) => {
        const duration = facts.duration?.(subject) ?? Number.NaN;
        return duration > floor && duration > (facts.slowFrom?.(subject, quantile, per) ?? Number.NaN);
      };
    }
    case 'anySpan': {
      const fits = compileConditions(condition.allOf, facts);
      return (subject) => facts.hasSpan?.(subject, fits) === true;
    }
    case 'links':
      return (subject) => facts.hasLinks?.(subject) === condition.is;
    case 'parent':
      return (subject) => facts.parent?.(subject) === condition.is;
  }
}

/** A list fits when one of its items does. */
function compileValues(anyOf: readonly ValueTest[]): (value: unknown) => boolean {
  const tests = anyOf.map(compileValue);
  const [only] = tests;
  if (only !== undefined && tests.length === 1)
    return (value) => (Array.isArray(value) ? value.some(only) : only(value));
  const fits = (value: unknown): boolean => {
    if (value === undefined || value === null) return false;
    for (const test of tests) if (test(value)) return true;
    return false;
  };
  return (value) => (Array.isArray(value) ? value.some(fits) : fits(value));
}

/** A number and its digits are equal: attributes of both kinds are about. */
function compileValue(wanted: ValueTest): (value: unknown) => boolean {
  if (typeof wanted === 'string') {
    const fits = compileGlob(wanted);
    return (value) => (typeof value === 'string' ? fits(value) : isPlain(value) && fits(String(value)));
  }
  if (typeof wanted === 'object') return (value) => isWithin(wanted, numberOf(value));
  const text = String(wanted);
  return (value) => value === wanted || value === text;
}

const isPlain = (value: unknown): value is number | boolean | bigint =>
  typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint';

/** A text of digits counts as a number; an empty one is none. */
function numberOf(value: unknown): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  return typeof value === 'string' && value.length <= 32 && value.trim() !== '' ? Number(value) : Number.NaN;
}

/** NaN is within nothing. */
function isWithin({ above, atLeast, below, atMost }: Range, value: number): boolean {
  if (above !== undefined && !(value > above)) return false;
  if (atLeast !== undefined && !(value >= atLeast)) return false;
  if (below !== undefined && !(value < below)) return false;
  return atMost === undefined || value <= atMost;
}
