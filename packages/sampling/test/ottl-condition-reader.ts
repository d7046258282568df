import type { JudgedSpan } from '../src/policy/judged-span.ts';

type Value = unknown;
type Reader = (span: JudgedSpan) => Value;

/**
 * Reads a condition of OTTL as its language is documented, as far as we write it, and answers it about spans.
 *
 * @see https://github.com/open-telemetry/opentelemetry-collector-contrib/blob/main/pkg/ottl/LANGUAGE.md
 */
export function readOttlCondition(text: string): (span: JudgedSpan) => boolean {
  const tokens = tokensOf(text);
  let at = 0;
  const peek = () => tokens[at];
  const take = (expected?: string): string => {
    const token = tokens[at];
    if (token === undefined || (expected !== undefined && token !== expected))
      throw new SyntaxError(`${text}: token ${at} is ${token}, expected ${expected}`);
    at += 1;
    return token;
  };

  const either = (): Reader => listOf('or', both, (answers) => answers.includes(true));
  const both = (): Reader => listOf('and', negated, (answers) => !answers.includes(false));
  const listOf = (word: string, one: () => Reader, together: (answers: readonly Value[]) => boolean): Reader => {
    const parts = [one()];
    while (peek() === word) {
      take(word);
      parts.push(one());
    }
    const [only] = parts;
    if (only !== undefined && parts.length === 1) return only;
    return (span) => {
      const answers: Value[] = [];
      for (const part of parts) {
        answers.push(part(span));
        if (answers.at(-1) === (word === 'or')) break; // the rest is not asked
      }
      return together(answers);
    };
  };
  const negated = (): Reader => {
    if (peek() !== 'not') return plain();
    take('not');
    const inner = plain();
    return (span) => inner(span) !== true;
  };
  const plain = (): Reader => {
    if (peek() === '(') {
      take('(');
      const inner = either();
      take(')');
      return inner;
    }
    const left = difference();
    const operator = peek() ?? '';
    if (!/^(?:[<>]=?|==|!=)$/.test(operator)) return left;
    take(operator);
    const right = difference();
    return (span) => compare(left(span), operator, right(span));
  };
  const difference = (): Reader => {
    const left = value();
    if (peek() !== '-') return left;
    take('-');
    const right = value();
    return (span) => Number(left(span)) - Number(right(span));
  };
  const value = (): Reader => {
    const token = take();
    if (token === '-') return constant(-Number(take()));
    if (token.startsWith('"')) return constant(readOttlString(token));
    if (/^[\d.]/.test(token)) return constant(Number(token));
    if (token === 'true' || token === 'false') return constant(token === 'true');
    if (token in ENUMS) return constant(ENUMS[token]);
    if (peek() === '(') return call(token);
    return pathReader(token, () => {
      take('[');
      const key = readOttlString(take());
      take(']');
      return key;
    });
  };
  const call = (name: string): Reader => {
    take('(');
    const target = peek() === ')' ? undefined : value();
    if (peek() === ',') take(',');
    const pattern = peek() === ')' ? undefined : readOttlString(take());
    take(')');
    return callOf(name, target, pattern);
  };

  const condition = either();
  if (at < tokens.length) throw new SyntaxError(`${text}: more after token ${at}, ${peek()}`);
  return (span) => condition(span) === true;
}

const TOKEN = /\s+|("(?:\\.|[^\\"])*"|\d+\.\d*(?:[eE][-+]?\d+)?|\d+|==|!=|[<>]=?|[-()[\],]|[A-Za-z_][\w.]*)/guy;

function tokensOf(text: string): string[] {
  const tokens: string[] = [];
  let end = 0;
  for (const match of text.matchAll(TOKEN)) {
    end = match.index + match[0].length;
    if (match[1] !== undefined) tokens.push(match[1]);
  }
  if (end !== text.length) throw new SyntaxError(`${text}: unexpected at ${end}: ${text.slice(end)}`);
  return tokens;
}

/** The value of a string literal, as Go reads one in double quotes. */
export function readOttlString(literal: string): string {
  if (!/^"(?:[^"\\\n]|\\(?:[abfnrtv\\"]|u(?!d[89a-f])[\da-f]{4}|U[\da-f]{8}))*"$/.test(literal))
    throw new SyntaxError(`${literal} is no string`);
  return literal
    .slice(1, -1)
    .replaceAll(/\\(?:u(.{4})|U(.{8})|(.))/g, (_, short?: string, long?: string, plain = '') => {
      const code = short ?? long;
      return code === undefined ? (PLAIN[plain as string] ?? plain) : String.fromCodePoint(Number.parseInt(code, 16));
    });
}

const PLAIN: Readonly<Record<string, string>> = {
  a: '\u0007',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

const ENUMS: Readonly<Record<string, number>> = {
  SPAN_KIND_INTERNAL: 1,
  SPAN_KIND_SERVER: 2,
  SPAN_KIND_CLIENT: 3,
  SPAN_KIND_PRODUCER: 4,
  SPAN_KIND_CONSUMER: 5,
  STATUS_CODE_UNSET: 0,
  STATUS_CODE_OK: 1,
  STATUS_CODE_ERROR: 2,
};

const constant =
  (value: Value): Reader =>
  () =>
    value;

const HAS_IS_REMOTE = 0x100;
const IS_REMOTE = 0x200;
const SAMPLED = 1;

function pathReader(path: string, keyIn: () => string): Reader {
  switch (path) {
    case 'span.name':
      return (span) => span.name;
    case 'span.kind':
      return (span) => span.kind + 1;
    case 'span.status.code':
      return (span) => span.status.code;
    case 'span.flags':
      return (span) => SAMPLED + HAS_IS_REMOTE + (span.isParentRemote ? IS_REMOTE : 0);
    case 'span.start_time_unix_nano':
      return () => 0;
    case 'span.end_time_unix_nano':
      return (span) => Math.round(span.durationMillis * 1e6);
    case 'span.attributes': {
      const key = keyIn();
      return (span) => span.attribute(key);
    }
    case 'resource.attributes': {
      const key = keyIn();
      return (span) => span.resource.attributes[key];
    }
    default:
      throw new SyntaxError(`${path} is no path`);
  }
}

function callOf(name: string, target: Reader | undefined, pattern: string | undefined): Reader {
  if (name === 'IsRootSpan') return (span) => span.parentSpanId === undefined;
  if (name !== 'IsMatch' || target === undefined || typeof pattern !== 'string')
    throw new SyntaxError(`${name} is no function`);
  const expression = readExpression(pattern);
  return (span) => {
    const value = target(span);
    if (value === undefined || value === null) return false;
    return expression.test(typeof value === 'string' ? value : JSON.stringify(value));
  };
}

/** A regular expression of RE2, of those that mean the same in JavaScript but for how code points are written. */
export function readExpression(expression: string): RegExp {
  return new RegExp(expression.replaceAll(String.raw`\x{`, String.raw`\u{`), 'u');
}

/** Values of different types are not equal, and neither is less. */
function compare(left: Value, operator: string, right: Value): boolean {
  if (operator === '!=') return left !== right;
  if (operator === '==') return left === right;
  if (typeof left !== 'number' || typeof right !== 'number') return false;
  if (operator === '<') return left < right;
  if (operator === '<=') return left <= right;
  return operator === '>' ? left > right : left >= right;
}
