import { readFileSync } from 'node:fs';

import { Ajv } from 'ajv';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { stringify } from 'yaml';

import { almostPolicies, WHOLE } from '../../test/policies.ts';
import { policySchema } from './policy-shape.ts';
import { readPolicy, type PolicyReading } from './read-policy.ts';

const accepts = new Ajv({ strict: true, strictTypes: false, strictRequired: false }).compile(policySchema);

const messagesOf = ({ problems }: PolicyReading) => problems.map(({ message }) => message);
const withRules = (rules: string) => `version: 1\nrules:\n${rules}`;

test('a policy is read with every default, and frozen', () => {
  const { policy, problems } = readPolicy('version: 1\nbudget: {spans_per_second: 500}');

  expect(problems).toEqual([]);
  expect(policy).toEqual({
    version: 1,
    upstream: 'respect',
    debug: undefined,
    forced: undefined,
    budget: { spansPerSecond: 500, keepShare: 0.6, burst: 5000, counts: 'exact' },
    limits: { bufferedSpans: 50_000, bufferedBytes: 67_108_864, traceAge: 30_000, linger: 250, spansPerTrace: 2000 },
    head: [],
    rules: [],
    base: { ratio: 1, balance: undefined },
  });
  expect([policy, policy?.limits, policy?.head, policy?.budget].every(Object.isFrozen)).toBe(true);
});

test('the same policy as YAML, as JSON and as an object is one', () => {
  const { policy } = readPolicy(WHOLE);

  expect(policy?.rules).toHaveLength(7);
  expect(readPolicy(stringify(WHOLE)).policy).toEqual(policy);
  expect(readPolicy(JSON.stringify(WHOLE)).policy).toEqual(policy);
});

test('words and the attributes they stand for are one condition', () => {
  const words = readPolicy({ version: 1, rules: [{ name: 'a', match: { route: '/a', error: true }, ratio: 1 }] });
  const spelt = readPolicy({
    version: 1,
    rules: [{ name: 'a', match: { 'http.route': ['/a'], status: 'error' }, ratio: 1 }],
  });

  expect(words.policy).toBeDefined();
  expect(words.policy).toEqual(spelt.policy);
});

test.each([
  ['', 'line 1, column 1: the policy is empty; begin with version: 1'],
  ['# nothing', 'line 1, column 1: the policy is empty; begin with version: 1'],
  [
    '[]',
    'line 1, column 1: the policy is a list, expected a mapping; write it as a mapping, with { } or a key on each line',
  ],
  ['base: {}', 'line 1, column 1: the policy lacks version; add version: 1'],
  ['version: 2', 'line 1, column 10: version is 2, expected 1; write 1'],
  ['version: 1\nupstraem: cap', 'line 2, column 1: upstraem is an unknown key; did you mean upstream?'],
  [
    'version: 1\nupstream: respected',
    'line 2, column 11: upstream is a string, expected respect or respect-sampled or cap or ignore; did you mean respect?',
  ],
  [
    'version: 1\nbudget:\n  spansPerSecond: 5',
    'line 3, column 3: budget.spansPerSecond is an unknown key; did you mean spans_per_second?',
  ],
  [
    'version: 1\nbase: {ratio: 5}',
    'line 2, column 15: base.ratio is 5, expected a number from 0 to 1; write 0.05 for 5 %',
  ],
  [
    'version: 1\nbase: {ratio: -0.1}',
    'line 2, column 15: base.ratio is -0.1, expected a number from 0 to 1; write a number such as 0.05',
  ],
  [
    'version: 1\nbase: {ratio: .nan}',
    'line 2, column 15: base.ratio is NaN, expected a number from 0 to 1; write a number such as 0.05',
  ],
  ['version: 1\nbase: {rate: 1}', 'line 2, column 8: base.rate is an unknown key; did you mean ratio?'],
  [
    'version: 1\nlimits: {linger: 250}',
    'line 2, column 18: limits.linger is 250, expected a duration such as 250ms or 30s; write a duration such as 250ms or 30s',
  ],
  [
    'version: 1\nlimits: {buffered_bytes: 0}',
    'line 2, column 26: limits.buffered_bytes is 0, expected a whole number from 1 to 1099511627776; write a number without a unit',
  ],
  [
    'version: 1\nbudget: {spans_per_second: 0}',
    'line 2, column 28: budget.spans_per_second is 0, expected a number above 0, up to 1000000000; write a number such as 5',
  ],
  [
    'version: 1\nbudget: {spans_per_second: 5, burst: 999ms}',
    'line 2, column 38: budget.burst is a string, expected a duration from 1s to 60s; write a duration such as 5s',
  ],
  [
    'version: 1\nhead: 5',
    'line 2, column 7: head is 5, expected a list; write it as a list, with [ ] or a dash before each item',
  ],
  [
    'version: 1\nhead:\n  - {name: a, match: {error: true}, ratio: 1}',
    'line 3, column 23: head[0].match.error is not known before a span is built; move it to rules',
  ],
  [
    'version: 1\nhead:\n  - {name: a, match: {http.route: /a}, ratio: 1}',
    'line 3, column 23: head[0].match["http.route"] is not known before a span is built; move it to rules',
  ],
  [
    'version: 1\nhead:\n  - {name: a, match: {pth: /a}, ratio: 1}',
    'line 3, column 23: head[0].match.pth is not known before a span is built; did you mean path?',
  ],
  [
    'version: 1\nhead:\n  - {name: a, match: {path: /a}, unless: error, ratio: 1}',
    'line 3, column 42: head[0].unless is a string, expected a mapping; write it as a mapping, with { } or a key on each line',
  ],
  [
    withRules('- {name: a, match: {}, ratio: 1}'),
    'line 3, column 20: rules[0].match has no conditions; add one; base is for what no rule matches',
  ],
  [
    withRules('- {name: a, match: {tier: gold}, ratio: 1}'),
    'line 3, column 21: rules[0].match.tier is an unknown condition; write an attribute without a dot under attributes',
  ],
  [
    withRules('- {name: a, match: {status_code: 500}, ratio: 1}'),
    'line 3, column 21: rules[0].match.status_code is an unknown condition; write http.response.status_code for the status of a response',
  ],
  [
    withRules('- {name: a, match: {status: 500}, ratio: 1}'),
    'line 3, column 29: rules[0].match.status is 500, expected unset or ok or error; write http.response.status_code for the status of a response',
  ],
  [
    'version: 1\nbase: { ratio: 5% }',
    'line 2, column 16: base.ratio is a string, expected a number from 0 to 1; write 0.05 for 5 %',
  ],
  [
    withRules('- {name: a, match: {eror: true}, ratio: 1}'),
    'line 3, column 21: rules[0].match.eror is an unknown condition; did you mean error?',
  ],
  [withRules('- {name: a, match: {error: true}}'), 'line 3, column 3: rules[0] lacks ratio; add ratio, or drop: true'],
  [
    withRules('- {name: a, match: {error: true}, ratio: 1, drop: true}'),
    'line 3, column 3: rules[0] has both ratio and drop; remove one of them',
  ],
  [
    withRules('- {name: a, match: {duration: 2s}, ratio: 1}'),
    'line 3, column 31: rules[0].match.duration is a string, expected a comparison such as ">2s" or ">=100ms <2s"; write a comparison such as ">2s" or ">=100ms <2s"',
  ],
  [
    withRules('- {name: a, match: {a.b: ">x"}, ratio: 1}'),
    'line 3, column 26: rules[0].match["a.b"] is no comparison of numbers; write one such as ">=500", or \\ before a text that begins so',
  ],
  [
    withRules('- {name: a, match: {a.b: null}, ratio: 1}'),
    'line 3, column 26: rules[0].match["a.b"] is null, expected a text, a number, true or false; write the value in quotes',
  ],
  ['version: 1\nversion: 1', 'line 2, column 1: the policy has a key twice; mend the YAML there'],
  [
    'version: 1\nbase: {ratio: 1',
    'line 2, column 16: the policy is not YAML: Flow map in block collection must be sufficiently indented and end with a }; mend the YAML there',
  ],
  ['version: *one', 'line 1, column 1: the policy has aliases that cannot be resolved; mend the YAML there'],
])('a mistake is told with its place and its remedy: %j', (text, message) => {
  expect(messagesOf(readPolicy(text))).toContain(message);
});

test.each([
  [
    '- {name: a, match: {error: true}, ratio: 1}\n- {name: a, match: {kind: server}, ratio: 1}',
    'line 4, column 10: rules[1].name is the name of another rule; give each rule a name of its own',
  ],
  [
    '- {name: a, match: {duration: ">2s <1s"}, ratio: 1}',
    'line 3, column 20: rules[0].match never matches: nothing is within both comparisons; remove one of the conditions',
  ],
  [
    '- {name: a, match: {any_span: {a.b: ">5 <5"}}, ratio: 1}',
    'line 3, column 20: rules[0].match never matches: nothing is within both comparisons; remove one of the conditions',
  ],
  [
    '- {name: a, match: {error: true, status: [ok, unset]}, ratio: 1}',
    'line 3, column 20: rules[0].match never matches: error and status exclude each other; remove one of the conditions',
  ],
  [
    '- {name: a, match: {error: true, kind: server}, unless: {error: true}, ratio: 1}',
    'line 3, column 57: rules[0].unless exempts all that the rule matches; change or remove it',
  ],
  [
    '- {name: a, match: {route: /a, error: true}, ratio: 1}\n- {name: b, match: {status: error, http.route: /a}, drop: true}',
    'line 4, column 3: rules[1] contradicts an earlier rule with the same conditions; remove one of the two',
  ],
])('a rule that cannot be meant is a mistake: %j', (rules, message) => {
  const reading = readPolicy(withRules(rules));

  expect(messagesOf(reading)).toEqual([message]);
  expect(reading.problems[0]?.kind).toBe('contradiction');
});

test('head rules that are never asked are mistakes', () => {
  const twice = { match: { path: '/a' }, ratio: 1 };
  const remote = { name: 'c', match: { parent: 'remote' }, ratio: 1 } as const;

  expect(
    messagesOf(readPolicy({ version: 1, head: [{ ...twice, name: 'a' }, { ...twice, name: 'b' }, remote] })),
  ).toEqual([
    'head[1] is never asked: an earlier rule has the same conditions; remove one of the two',
    'head[2].match.parent is never remote where upstream is respect; write another upstream mode, or remove it',
  ]);
  expect(readPolicy({ version: 1, upstream: 'cap', head: [remote] }).problems).toEqual([]);
});

test('a place behind an alias is in what it refers to', () => {
  const text = 'version: 1\nbase: &b {ratio: 2}\nrules:\n- {name: a, match: {error: true}, ratio: 1}\nlimits: *b';

  expect(messagesOf(readPolicy(text))).toEqual([
    'line 2, column 11: limits.ratio is an unknown key; use one of buffered_spans, buffered_bytes, trace_age, linger, spans_per_trace',
    'line 2, column 18: base.ratio is 2, expected a number from 0 to 1; write 0.02 for 2 %',
  ]);
});

test('functions of an object stay as they are', () => {
  const match = () => true;
  const { policy } = readPolicy({ version: 1, rules: [{ name: 'a', match, ratio: 1 }] });

  expect(policy?.rules[0]?.match).toBe(match);
  expect(Object.isFrozen(match)).toBe(false);
});

test('aliases that refer to themselves or multiply are refused', () => {
  const multiplying = Array.from({ length: 12 }, (_, i) => `a${i + 1}: &a${i + 1} [${`*a${i},`.repeat(9)}]`);

  expect(messagesOf(readPolicy('&a\nversion: 1\nhead: *a'))).toHaveLength(1);
  expect(messagesOf(readPolicy('version: 1\nhead: &a [*a]'))).toHaveLength(1);
  expect(messagesOf(readPolicy(['a0: &a0 [x]', ...multiplying.slice(0, 10)].join('\n')))).toEqual([
    'line 1, column 1: the policy has aliases that cannot be resolved; mend the YAML there',
  ]);
});

test('objects that are cyclic, shared, deep or without end are refused or read, and end', () => {
  const cyclic: Record<string, unknown> = { version: 1 };
  Object.assign(cyclic, { head: [cyclic], rules: [{ name: 'a', ratio: 1, match: cyclic }], base: cyclic });
  const values = Array.from({ length: 100 }, () => 'x');
  const match = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`a.${i}`, values]));
  const shared = Array.from({ length: 1000 }, (_, i) => ({ name: `${i}`, ratio: 1, match }));
  const hostile = new Proxy(
    {},
    {
      ownKeys: () => {
        throw new Error('no');
      },
    },
  );

  expect(readPolicy(cyclic as never).problems.length).toBeGreaterThan(0);
  expect(readPolicy({ version: 1, rules: shared }).problems.map(({ kind }) => kind)).toContain('size');
  expect(messagesOf(readPolicy(hostile as never))).toEqual([
    'the policy cannot be read; write a plain mapping that begins with version: 1',
  ]);
  for (const value of [undefined, null, 1, true, Symbol('a'), () => {}]) {
    expect(readPolicy(value as never).problems).toHaveLength(1);
  }
});

test.each([
  ['a long text', 'x'.repeat(300_000)],
  ['many keys', Array.from({ length: 15_000 }, (_, i) => `${i}:`).join('\n')],
  ['open brackets', '['.repeat(100_000)],
  ['open mappings', '{a: '.repeat(30_000)],
  ['nested dashes', '- '.repeat(60_000)],
  ['many aliases', `a: &a 1\nb: [${'*a,'.repeat(40_000)}]`],
  ['many anchors', Array.from({ length: 8000 }, (_, i) => `- &a${i}\n- *a${i}`).join('\n')],
  ['quotes', '"'.repeat(100_000)],
  ['tags', '!'.repeat(100_000)],
  ['mistakes', '}\n'.repeat(50_000)],
])('%s: refused with few problems', (_, text) => {
  const { problems } = readPolicy(text);

  expect(problems.length).toBeGreaterThan(0);
  expect(problems.length).toBeLessThanOrEqual(20);
  for (const { message } of problems) expect(message.length).toBeLessThan(500);
});

test('no text makes it throw, and no message has a line break or is long', () => {
  const texts = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string(),
    almostPolicies.map((policy) => stringify(policy)),
  );
  const property = fc.property(texts, (text) => {
    const { policy, problems } = readPolicy(text);
    expect(policy === undefined).toBe(problems.length > 0);
    for (const { message, line, column } of problems) {
      expect(message).not.toMatch(/[\n\r\0]/);
      expect(message.length).toBeLessThan(1000);
      if (line !== undefined) expect(line).toBeGreaterThan(0);
      if (column !== undefined) expect(column).toBeGreaterThan(0);
    }
  });
  fc.assert(property, { numRuns: 500 });
});

test('any JSON value is read or refused, and the value itself stays as it was', () => {
  const property = fc.property(fc.oneof(fc.jsonValue(), almostPolicies), (value) => {
    const before = JSON.stringify(value);
    const { policy, problems } = readPolicy(value as never);
    expect(policy === undefined).toBe(problems.length > 0);
    expect(JSON.stringify(value)).toBe(before);
  });
  fc.assert(property, { numRuns: 500 });
});

test('a burst is a duration from one second to sixty, a budget a number up to a thousand millions', () => {
  const read = (budget: object) => readPolicy({ version: 1, budget } as never).policy?.budget;
  const burst = (text: string) => read({ spans_per_second: 1, burst: text })?.burst;

  const within = ['1s', '1000ms', '1.5s', '59.999s', '60s', '60.0s', '60000ms', '1m'].map(burst);
  const outside = ['0s', '0.999s', '999ms', '999.9ms', '60.1s', '60001ms', '61s', '1.1m', '2m', '1h', '5'].map(burst);

  expect(within).toEqual([1000, 1000, 1500, 59_999, 60_000, 60_000, 60_000, 60_000]);
  expect(outside).toEqual(outside.map(() => undefined));
  expect([1, 1e9, 1e9 + 1, 0].map((number) => read({ spans_per_second: number })?.spansPerSecond)).toEqual([
    1,
    1e9,
    undefined,
    undefined,
  ]);
});

test('the JSON Schema accepts what is read without a problem of shape, and nothing else', () => {
  let accepted = 0;
  let refused = 0;
  const property = fc.property(almostPolicies, (value) => {
    if (typeof value === 'string') return;
    const shape = readPolicy(value as never).problems.filter(({ kind }) => kind !== 'contradiction');
    expect({ value, accepted: accepts(value) }).toEqual({ value, accepted: shape.length === 0 });
    if (shape.length === 0) accepted += 1;
    else refused += 1;
  });
  fc.assert(property, { numRuns: 3000 });

  expect(accepted).toBeGreaterThan(300);
  expect(refused).toBeGreaterThan(300);
});

test('the package has the JSON Schema as a file', () => {
  const file = readFileSync(new URL('../../dist/policy.schema.json', import.meta.url), 'utf8');

  expect(JSON.parse(file)).toEqual(policySchema);
});
