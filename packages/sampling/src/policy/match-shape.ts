import type { SpanStart } from '../threshold-sampler.ts';
import type { JudgedSpan } from './judged-span.ts';
import { didYouMean } from './near-key.ts';
import { KIND_NAMES, STATUS_NAMES, type Condition, type Match, type ValueTest } from './policy.ts';
import { DURATION, DURATION_COMPARISON, millisOf, NUMBER_COMPARISON, rangeOf } from './quantity.ts';
import {
  isMapping,
  isShort,
  keysOf,
  mapped,
  MAX_TEXT,
  oneOf,
  oneOrMore,
  patterned,
  positive,
  record,
  text,
  type JsonSchema,
  type Notes,
  type Path,
  type Shape,
} from './shape.ts';
import { inWords } from '../sampling-option-error.ts';

const OF_HTTP = 'write http.response.status_code for the status of a response';

type Conditions = readonly Condition[];

const MAX_ALTERNATIVES = 100;
const COMPARED = new RegExp(NUMBER_COMPARISON, 'u');

/** A glob, an equal value, or a comparison: a text that begins with `<` or `>` is one, or begins with a backslash. */
const valueTest: Shape<ValueTest> = {
  schema: {
    anyOf: [
      { type: 'number' },
      { type: 'boolean' },
      { type: 'string', maxLength: MAX_TEXT, pattern: String.raw`^(?:[^<>][\s\S]*)?$` },
      { type: 'string', maxLength: MAX_TEXT, pattern: NUMBER_COMPARISON },
    ],
  },
  read(value, path, notes) {
    if (typeof value === 'boolean' || Number.isFinite(value)) return value as boolean | number;
    if (typeof value !== 'string') {
      const found = typeof value === 'number' ? String(value) : inWords(value);
      notes.note(path, `is ${found}, expected a text, a number, true or false`, 'write the value in quotes');
    } else if (!isShort(value)) {
      notes.note(path, `is longer than ${MAX_TEXT} characters`, 'write a shorter text, with ** for the rest');
    } else if (!/^[<>]/.test(value)) {
      return value;
    } else if (COMPARED.test(value)) {
      return rangeOf(value);
    } else {
      notes.note(path, 'is no comparison of numbers', 'write one such as ">=500", or \\ before a text that begins so');
    }
    return undefined;
  },
};

const values = oneOrMore(valueTest, MAX_ALTERNATIVES);

const attribute = (key: string): Shape<Conditions> => mapped(values, (anyOf) => [{ on: 'attribute', key, anyOf }]);

/** A mapping from names of attributes, whatever these are. */
function attributesOf(on: 'attribute' | 'resource'): Shape<Conditions> {
  const propertyNames = { minLength: 1, maxLength: MAX_TEXT };
  return {
    schema: { type: 'object', minProperties: 1, propertyNames, additionalProperties: values.schema },
    read(value, path, notes) {
      if (!isMapping(value, path, notes)) return undefined;
      const keys = keysOf(value);
      if (keys.length === 0) notes.note(path, 'is empty', 'name an attribute in it, or leave it out');
      const conditions: Condition[] = [];
      for (const key of keys) {
        if (!notes.spend()) break;
        if (key === '' || !isShort(key)) noteLength([...path, key], notes);
        const anyOf = values.read(value[key], [...path, key], notes);
        if (anyOf !== undefined) conditions.push({ on, key, anyOf });
      }
      return conditions;
    },
  };
}

function noteLength(path: Path, notes: Notes): void {
  notes.note(path, `is not a name of 1 to ${MAX_TEXT} characters`, 'write the name of an attribute', 'key');
}

/** Words that both kinds of rules know. */
const ANYWHERE = {
  name: mapped(oneOrMore(text, MAX_ALTERNATIVES), (anyOf): Conditions => [{ on: 'name', anyOf }]),
  kind: mapped(oneOrMore(oneOf(KIND_NAMES), KIND_NAMES.length), (anyOf): Conditions => [{ on: 'kind', anyOf }]),
  method: attribute('http.request.method'),
  path: attribute('url.path'),
  host: attribute('server.address'),
  resource: attributesOf('resource'),
};

const AT_START = {
  ...ANYWHERE,
  links: mapped(oneOf([true, false]), (is): Conditions => [{ on: 'links', is }]),
  parent: mapped(oneOf(['none', 'remote']), (is): Conditions => [{ on: 'parent', is }]),
  'http.request.method': attribute('http.request.method'),
  'url.path': attribute('url.path'),
  'server.address': attribute('server.address'),
};

const slowerThan = record<{ quantile: number; per: string; floor: number }>({
  quantile: { shape: positive(1, 0.99), doc: 'Quantile of the durations, such as 0.99', isRequired: true },
  per: { shape: text, doc: 'Name of the attribute whose values have quantiles of their own', absent: 'http.route' },
  floor: {
    shape: mapped(patterned(DURATION, 'a duration such as 100ms'), millisOf),
    doc: 'Duration that is never slow',
    absent: 0,
  },
});

const AT_END = {
  ...ANYWHERE,
  route: attribute('http.route'),
  attributes: attributesOf('attribute'),
  status: mapped(oneOrMore(oneOf(STATUS_NAMES, OF_HTTP), STATUS_NAMES.length), (anyOf): Conditions => [
    { on: 'status', anyOf },
  ]),
  error: mapped(oneOf([true, false]), (is): Conditions => [{ on: 'status', anyOf: is ? ['error'] : ['unset', 'ok'] }]),
  duration: mapped(
    patterned(DURATION_COMPARISON, 'a comparison such as ">2s" or ">=100ms <2s"'),
    (given): Conditions => [{ on: 'duration', range: rangeOf(given) }],
  ),
  slower_than: mapped(slowerThan, (given): Conditions => [{ on: 'slowerThan', ...given }]),
};

type Words = Readonly<Record<string, Shape<Conditions>>>;

/** Conditions by words, and by attributes that fit a pattern. */
function conditionsOf(
  words: Words,
  attributePattern: string,
  noteUnknown: (path: Path, key: string, notes: Notes) => void,
): Shape<Conditions> {
  const isAttribute = new RegExp(attributePattern, 'u');
  const properties = Object.fromEntries(Object.entries(words).map(([word, { schema }]) => [word, schema]));
  const schema: JsonSchema = {
    type: 'object',
    minProperties: 1,
    propertyNames: { maxLength: MAX_TEXT },
    properties,
    patternProperties: { [attributePattern]: values.schema },
    additionalProperties: false,
  };
  const shapeFor = (key: string): Shape<Conditions> | undefined => {
    if (Object.hasOwn(words, key)) return words[key];
    if (!isAttribute.test(key)) return undefined;
    const [, ofResource] = /^resource\.(.+)/s.exec(key) ?? [];
    if (ofResource === undefined) return attribute(key);
    return mapped(values, (anyOf) => [{ on: 'resource', key: ofResource, anyOf }]);
  };
  return {
    schema,
    read(value, path, notes) {
      if (!isMapping(value, path, notes)) return undefined;
      const keys = keysOf(value);
      if (keys.length === 0) notes.note(path, 'has no conditions', 'add one; base is for what no rule matches');
      const conditions: Condition[] = [];
      for (const key of keys) {
        if (!notes.spend()) break;
        const shape = isShort(key) ? shapeFor(key) : undefined;
        if (!isShort(key)) noteLength([...path, key], notes);
        else if (shape === undefined) noteUnknown([...path, key], key, notes);
        else conditions.push(...(shape.read(value[key], [...path, key], notes) ?? []));
      }
      return conditions;
    },
  };
}

const DOTTED = String.raw`\.`;

function noteUnknownAtEnd(words: Words): (path: Path, key: string, notes: Notes) => void {
  return (path, key, notes) => {
    const ofHttp = /status_?code$/i.test(key) ? OF_HTTP : undefined;
    const remedy = ofHttp ?? didYouMean(key, Object.keys(words)) ?? 'write an attribute without a dot under attributes';
    notes.note(path, 'is an unknown condition', remedy, 'key');
  };
}

const ofSpan = conditionsOf(AT_END, DOTTED, noteUnknownAtEnd(AT_END));
const WITH_ANY_SPAN: Words = {
  ...AT_END,
  any_span: mapped(ofSpan, (allOf): Conditions => [{ on: 'anySpan', allOf }]),
};

/** Conditions of a head rule, or a function. */
export const headMatch: Shape<Match<SpanStart>> = orFunction(
  conditionsOf(AT_START, String.raw`^resource\.[\s\S]`, (path, key, notes) => {
    const isOfTail = Object.hasOwn(WITH_ANY_SPAN, key) || key.includes('.');
    const meant = isOfTail ? undefined : didYouMean(key, Object.keys(AT_START));
    notes.note(path, 'is not known before a span is built', meant ?? 'move it to rules', 'key');
  }),
);

/** Conditions of a tail rule, or a function. */
export const tailMatch: Shape<Match<readonly JudgedSpan[]>> = orFunction(
  conditionsOf(WITH_ANY_SPAN, DOTTED, noteUnknownAtEnd(WITH_ANY_SPAN)),
);

/** Functions are for policies in code: no schema knows them. */
function orFunction<Subject>({ schema, read }: Shape<Conditions>): Shape<Match<Subject>> {
  return {
    schema,
    read: (value, path, notes) =>
      typeof value === 'function' ? (value as (subject: Subject) => boolean) : read(value, path, notes),
  };
}
