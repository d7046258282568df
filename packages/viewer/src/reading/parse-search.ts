import { parseDuration } from './parse-duration.ts';

/** One condition of a search. */
export type SearchTerm = SearchTest & { readonly negated: boolean };

type SearchTest =
  /** In lower case: it is looked for in everything that a span or a log line says. */
  | { readonly what: 'text'; readonly text: string }
  | { readonly what: 'error' }
  | { readonly what: 'duration'; readonly compare: Comparison; readonly nanos: number }
  | { readonly what: 'field'; readonly field: Field; readonly pattern: string }
  /** The value of an attribute as a text; `exact` where upper and lower case differ. */
  | { readonly what: 'attribute'; readonly key: string; readonly pattern: string; readonly exact: boolean }
  | { readonly what: 'number'; readonly key: string; readonly compare: Comparison; readonly value: number };

export type Comparison = '>' | '>=' | '<' | '<=';
export type Field = 'service' | 'name' | 'route' | 'status' | 'kind';

const MAX_LENGTH = 1000; // characters
const MAX_TERMS = 30;

const FIELDS: ReadonlySet<string> = new Set(['service', 'name', 'route', 'status', 'kind']);
const KINDS: ReadonlySet<string> = new Set(['internal', 'server', 'client', 'producer', 'consumer']);
const KEY = /^[a-z_][\w.-]*$/i;
const NUMBER = /^-?\d{1,15}(?:\.\d{1,15})?$/;
const SPACE = /\s/;

/**
 * Parses what a person types to search: words, `"phrases"`, `service:x`, `duration>50ms`, `any.attribute:value*`, each
 * negated by a `-` in front. All of them must hold. Takes linear time and never throws; a term that is malformed is a
 * text to look for.
 *
 * @returns `undefined` for more than 1,000 characters or 30 terms
 */
export function parseSearch(text: string): SearchTerm[] | undefined {
  if (text.length > MAX_LENGTH) return undefined;
  const terms: SearchTerm[] = [];
  const reader: Reader = { text, at: 0, quotesEnd: true };
  for (skipSpace(reader); reader.at < text.length; skipSpace(reader)) {
    if (terms.length === MAX_TERMS) return undefined;
    terms.push(readTerm(reader));
  }
  return terms;
}

interface Reader {
  readonly text: string;
  at: number;
  /** A quote that opens may have one that closes it: after the first without, none has. */
  quotesEnd: boolean;
}

function readTerm(reader: Reader): SearchTerm {
  const { text } = reader;
  const next = text[reader.at + 1];
  const negated = text[reader.at] === '-' && next !== undefined && !SPACE.test(next);
  if (negated) reader.at += 1;
  const phrase = readQuoted(reader);
  if (phrase !== undefined) return { negated, what: 'text', text: phrase.toLowerCase() };
  const start = reader.at;
  const key = readWhile(reader, (character) => !/[\s:=<>]/.test(character));
  const operator = readWhile(reader, (character) => /[:=<>]/.test(character)).replace(/^:(?=[<>])/, '');
  const quoted = readQuoted(reader);
  const value = quoted ?? readWhile(reader, (character) => !SPACE.test(character));
  const condition = KEY.test(key) ? conditionOf(key, operator, value, quoted !== undefined) : undefined;
  if (condition !== undefined) return { negated, ...condition };
  const word = text.slice(start, reader.at).toLowerCase();
  return { negated, ...(word === 'error' ? { what: 'error' } : { what: 'text', text: word }) };
}

function conditionOf(key: string, operator: string, value: string, isQuoted: boolean): SearchTest | undefined {
  if (value === '') return undefined;
  if (operator === ':' || operator === '=') {
    if (!isQuoted && (value.startsWith('//') || value.startsWith('"'))) return undefined; // an address; half a phrase
    return equalityOf(key, value, operator === '=');
  }
  if (!isComparison(operator)) return undefined;
  if (key === 'duration') {
    const nanos = parseDuration(value);
    return nanos === undefined ? undefined : { what: 'duration', compare: operator, nanos };
  }
  return NUMBER.test(value) ? { what: 'number', key, compare: operator, value: Number(value) } : undefined;
}

function equalityOf(key: string, value: string, exact: boolean): SearchTest | undefined {
  const pattern = value.toLowerCase();
  if (key === 'is') return pattern === 'error' ? { what: 'error' } : undefined;
  if (key === 'kind' && !KINDS.has(pattern)) return undefined;
  if (isField(key)) return { what: 'field', field: key, pattern };
  return { what: 'attribute', key, pattern: exact ? value : pattern, exact };
}

/** Reads `"…"`, in which `\"` is a quote and `\\` a backslash; nothing when no quote stands here or none closes it. */
function readQuoted(reader: Reader): string | undefined {
  const { text, at } = reader;
  if (text[at] !== '"' || !reader.quotesEnd) return undefined;
  let content = '';
  for (let i = at + 1; i < text.length; i++) {
    const [character = '', next] = [text[i], text[i + 1]];
    if (character === '"') {
      reader.at = i + 1;
      return content;
    }
    const escapes = character === '\\' && (next === '"' || next === '\\');
    if (escapes) i += 1;
    content += escapes ? next : character;
  }
  reader.quotesEnd = false;
  return undefined;
}

function readWhile(reader: Reader, accepts: (character: string) => boolean): string {
  const start = reader.at;
  for (; reader.at < reader.text.length; reader.at++) if (!accepts(reader.text[reader.at] ?? '')) break;
  return reader.text.slice(start, reader.at);
}

function skipSpace(reader: Reader): void {
  readWhile(reader, (character) => SPACE.test(character));
}

function isComparison(operator: string): operator is Comparison {
  return operator === '>' || operator === '>=' || operator === '<' || operator === '<=';
}

function isField(key: string): key is Field {
  return FIELDS.has(key);
}
