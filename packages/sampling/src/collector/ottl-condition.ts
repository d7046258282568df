import { literalOf, stepsOf } from '../policy/glob.ts';
import type { Condition, Range, ValueTest } from '../policy/policy.ts';
import { globExpression } from './glob-expression.ts';
import { ottlNumber, ottlString } from './ottl-literal.ts';

// Texts are made of parts: a condition of OTTL with spaces in it would look like a message of ours.

/** A span without a parent: the first of its trace. */
export const TRACE_ROOT = 'IsRootSpan()';
/** Flags from which on they say that the parent is known to be remote: bits 8 and 9 of OTLP's span flags. */
const PARENT_IS_REMOTE = comparison('span.flags', '>=', '768');
/** A span whose parent is absent or remote. */
export const LOCAL_ROOT: string = anyOf([TRACE_ROOT, PARENT_IS_REMOTE]);

/** The least integer and the greatest that OTTL has. */
const INT64 = { least: -(2n ** 63n), greatest: 2n ** 63n - 1n };
const NANOS_PER_MILLI = 1e6;

/**
 * Writes a condition about one span in OTTL, the language of conditions of the Collector. The text can stand between `and`.
 *
 * @param slowFromMillis the duration that stands for quantiles; without it `slower_than` has no counterpart
 * @returns `undefined` for what OTTL cannot say about one span
 */
export function ottlCondition(condition: Condition, slowFromMillis: number | undefined): string | undefined {
  switch (condition.on) {
    case 'name':
      return anyOf(condition.anyOf.map((glob) => textTest('span.name', glob)));
    case 'kind':
      return anyOf(condition.anyOf.map((kind) => comparison('span.kind', '==', `SPAN_KIND_${kind.toUpperCase()}`)));
    case 'attribute':
    case 'resource': {
      const attributes = condition.on === 'attribute' ? 'span.attributes' : 'resource.attributes';
      const path = `${attributes}[${ottlString(condition.key)}]`;
      return anyOf(condition.anyOf.flatMap((test) => valueTests(path, test)));
    }
    case 'status':
      return anyOf(
        condition.anyOf.map((name) => comparison('span.status.code', '==', `STATUS_CODE_${name.toUpperCase()}`)),
      );
    case 'duration':
      return rangeTest(DURATION, nanosOf(condition.range));
    case 'slowerThan':
      if (slowFromMillis === undefined) return undefined;
      return rangeTest(DURATION, nanosOf({ above: Math.max(slowFromMillis, condition.floor) }));
    case 'links':
      return comparison('Len(span.links)', condition.is ? '>' : '==', '0');
    case 'parent':
      return condition.is === 'none' ? TRACE_ROOT : PARENT_IS_REMOTE;
    case 'anySpan':
      return undefined;
  }
}

const DURATION = ['span.end_time_unix_nano', '-', 'span.start_time_unix_nano'].join(' ');

/** All of the parts, each of which can stand between `and`. */
export function allOf(parts: readonly string[]): string {
  return parts.join(' and ');
}

function anyOf(parts: readonly string[]): string {
  const [only = ''] = parts;
  return parts.length === 1 ? only : `(${parts.join(' or ')})`;
}

/** The opposite of all parts together. */
export function notAll(parts: readonly string[]): string {
  return `not (${allOf(parts)})`;
}

function comparison(left: string, operator: string, right: string): string {
  return [left, operator, right].join(' ');
}

function valueTests(path: string, test: ValueTest): string[] {
  if (typeof test === 'object') return [rangeTest(path, ottlRange(test))];
  if (typeof test !== 'string') {
    const literal = typeof test === 'number' ? ottlNumber(test) : String(test);
    return [comparison(path, '==', literal), comparison(path, '==', ottlString(String(test)))];
  }
  const literal = literalOf(stepsOf(test));
  const typed = literal === undefined ? undefined : typedLiteral(literal);
  return [textTest(path, test), ...(typed === undefined ? [] : [comparison(path, '==', typed)])];
}

function textTest(path: string, glob: string): string {
  const literal = literalOf(stepsOf(glob));
  if (literal !== undefined) return comparison(path, '==', ottlString(literal));
  return `IsMatch(${path}, ${ottlString(globExpression(glob))})`;
}

/** A number or boolean that is written so: rules take it for the text. */
function typedLiteral(text: string): string | undefined {
  if (text === 'true' || text === 'false') return text;
  const number = Number(text);
  return Number.isFinite(number) && String(number) === text ? ottlNumber(number) : undefined;
}

/** Bounds as OTTL writes them. */
type OttlRange = Readonly<Partial<Record<keyof Range, string>>>;

const OPERATORS: Readonly<Record<keyof Range, string>> = { above: '>', atLeast: '>=', below: '<', atMost: '<=' };

function rangeTest(path: string, range: OttlRange): string {
  const bounds = Object.entries(OPERATORS) as [keyof Range, string][];
  return allOf(
    bounds.flatMap(([bound, operator]) => {
      const value = range[bound];
      return value === undefined ? [] : [comparison(path, operator, value)];
    }),
  );
}

function ottlRange(range: Range): OttlRange {
  return Object.fromEntries(Object.entries(range).map(([bound, value]) => [bound, ottlNumber(value as number)]));
}

/** Whole nanoseconds: between two of them no duration can be. */
function nanosOf({ above, atLeast, below, atMost }: Range): OttlRange {
  return {
    ...(above !== undefined && { above: int64(Math.floor(above * NANOS_PER_MILLI)) }),
    ...(atLeast !== undefined && { atLeast: int64(Math.ceil(atLeast * NANOS_PER_MILLI)) }),
    ...(below !== undefined && { below: int64(Math.ceil(below * NANOS_PER_MILLI)) }),
    ...(atMost !== undefined && { atMost: int64(Math.floor(atMost * NANOS_PER_MILLI)) }),
  };
}

function int64(value: number): string {
  const whole = BigInt(value);
  if (whole > INT64.greatest) return String(INT64.greatest);
  return String(whole < INT64.least ? INT64.least : whole);
}
