import { setImmediate } from 'node:timers/promises';

import { SpanKind } from '@opentelemetry/api';
import fc from 'fast-check';
import { expect, test } from 'vitest';

import { groupOf, type SpanOf } from '../../test/group-of.ts';
import { almostPolicies } from '../../test/policies.ts';
import { judgeByRules } from './judge-by-rules.ts';
import type { TailMatchInput, TailRuleInput } from './policy-input.ts';
import type { Policy } from './policy.ts';
import { readPolicy } from './read-policy.ts';

const ERROR = 2;

function policyOf(...rules: TailRuleInput[]): Policy {
  const { policy, problems } = readPolicy({ version: 1, rules });
  expect(problems).toEqual([]);
  return policy!;
}

/** Tells whether a rule with these conditions matches. */
function matches(match: TailMatchInput, root: SpanOf, ...children: SpanOf[]): boolean {
  return judgeByRules(policyOf({ name: 'only', match, ratio: 1 }), groupOf(root, ...children)) !== undefined;
}

const all = { any_span: { name: '**' } };

test('of the rules that match, the greatest ratio wins, and the first of equals', () => {
  const policy = policyOf(
    { name: 'a tenth', match: { kind: 'server' }, ratio: 0.1 },
    { name: 'half', match: { route: '/checkout/**' }, ratio: 0.5 },
    { name: 'other half', match: { method: 'POST' }, ratio: 0.5 },
    { name: 'errors', match: { error: true }, ratio: 1 },
  );
  const attributes = { 'http.route': '/checkout/:id', 'http.request.method': 'POST' };

  const judgement = judgeByRules(policy, groupOf({ attributes }));
  expect([judgement?.rule.name, judgement?.ratio]).toEqual(['half', 0.5]);
  expect(judgement?.matched.map(({ name }) => name)).toEqual(['a tenth', 'half', 'other half']);
  expect(judgeByRules(policy, groupOf({ attributes, status: ERROR }))?.rule.name).toBe('errors');
  expect(judgeByRules(policy, groupOf({ kind: SpanKind.CLIENT }))).toBeUndefined();
});

test('a rule with drop wins over all', () => {
  const policy = policyOf(
    { name: 'errors', match: { error: true }, ratio: 1 },
    { name: 'empty', match: { 'response.empty': true }, drop: true },
    { name: 'slow', match: { duration: '>1ms' }, ratio: 1 },
  );
  const judgement = judgeByRules(policy, groupOf({ status: ERROR, attributes: { 'response.empty': true } }));

  expect([judgement?.rule.name, judgement?.ratio]).toEqual(['empty', 0]);
});

test('unless exempts from a rule', () => {
  const policy = policyOf({ name: 'a', match: { kind: 'server' }, unless: { any_span: { error: true } }, drop: true });

  expect(judgeByRules(policy, groupOf({}))?.rule.name).toBe('a');
  expect(judgeByRules(policy, groupOf({}, { status: ERROR }))).toBeUndefined();
});

test('conditions are about the root, and within any_span about one span', () => {
  const query = { kind: SpanKind.CLIENT, status: ERROR };

  expect(matches({ error: true }, {}, query)).toBe(false);
  expect(matches({ any_span: { error: true } }, {}, query)).toBe(true);
  expect(matches({ any_span: { error: true, kind: 'server' } }, {}, query)).toBe(false);
  expect(matches({ kind: 'server', any_span: { error: true, kind: 'client' } }, {}, query)).toBe(true);
});

test('the root is the span whose parent is remote, too, and without a root no condition holds', () => {
  const policy = policyOf({ name: 'a', match: { name: 'in' }, ratio: 1 });
  const [, root] = groupOf({ name: 'in' }, {});
  const ofCaller = { ...root!, parentSpanId: 'b7ad6b7169203331', isParentRemote: true };

  expect(judgeByRules(policy, [ofCaller])?.rule.name).toBe('a');
  expect(judgeByRules(policy, [{ ...ofCaller, isParentRemote: false }])).toBeUndefined();
  expect(judgeByRules(policy, [])).toBeUndefined();
});

test('of several local roots, one must fulfil a whole rule', () => {
  const policy = policyOf({
    name: 'a',
    match: { name: 'in', kind: 'server', any_span: { error: true } },
    unless: { duration: '<1ms' },
    ratio: 1,
  });
  const judge = (...roots: SpanOf[]) =>
    judgeByRules(policy, [...groupOf({ name: 'first' }, { status: ERROR }), ...roots.flatMap((root) => groupOf(root))]);

  expect(judge()).toBeUndefined();
  expect(judge({ name: 'in' })?.rule.name).toBe('a');
  expect(judge({ name: 'in' }, { name: 'last' })?.rule.name).toBe('a');
  expect(judge({ name: 'in', kind: SpanKind.CONSUMER }, { name: 'out' })).toBeUndefined();
  expect(judge({ name: 'in', durationMillis: 0.5 }, { name: 'out' })).toBeUndefined();
  expect(judge({ name: 'in', durationMillis: 0.5 }, { name: 'in' })?.rule.name).toBe('a');
});

test('a root that fails stops no other root, and functions are asked once whatever the number of roots', () => {
  const broken = new TypeError('no tier');
  let asked = 0;
  const count = () => {
    asked += 1;
    return false;
  };
  const policy = policyOf(
    { name: 'gold', match: { attributes: { tier: 'gold' } }, unless: count, ratio: 1 },
    { name: 'counts', match: count, unless: { name: 'none' }, ratio: 1 },
  );
  const failures: unknown[] = [];
  const fail = () => {
    throw broken;
  };
  const [bad] = groupOf({}).map((span) => ({ ...span, attribute: fail }));
  const [gold] = groupOf({ attributes: { tier: 'gold' } });
  const onFailure = (rule: { readonly name: string }, error: unknown) => failures.push([rule.name, error]);

  expect(judgeByRules(policy, [bad!, gold!, gold!], { onFailure })?.rule.name).toBe('gold');
  expect(failures).toEqual([['gold', broken]]);
  expect(asked).toBe(2);
});

test('slower_than says whether it is about a root or about any span', () => {
  const slower_than = { quantile: 0.5, floor: '0ms' };
  const policy = policyOf({ name: 'slow', match: { slower_than, any_span: { slower_than } }, ratio: 1 });
  const scopes: string[] = [];
  const quantileOf = (_: number, __: string, ___: unknown, scope: string) => {
    scopes.push(scope);
    return 1;
  };

  expect(judgeByRules(policy, groupOf({}, {}), { quantileOf })?.rule.name).toBe('slow');
  expect(scopes).toEqual(['root', 'any_span']);
});

test.each<[TailMatchInput, SpanOf, SpanOf]>([
  [{ name: 'GET *' }, { name: 'GET a' }, { name: 'GET /a' }],
  [{ kind: ['client', 'producer'] }, { kind: SpanKind.PRODUCER }, { kind: SpanKind.SERVER }],
  [{ route: ['/a', '/b/*'] }, { attributes: { 'http.route': '/b/c' } }, { attributes: { 'http.route': '/c' } }],
  [{ method: 'P*' }, { attributes: { 'http.request.method': 'PUT' } }, {}],
  [{ path: '/a' }, { attributes: { 'url.path': '/a' } }, { attributes: { 'url.path': 1 } }],
  [{ host: '*.example' }, { attributes: { 'server.address': 'a.example' } }, { attributes: { 'server.address': 'a' } }],
  [{ status: 'ok' }, { status: 1 }, { status: 0 }],
  [{ error: false }, { status: 1 }, { status: ERROR }],
  [{ duration: '>=10ms <20ms' }, { durationMillis: 10 }, { durationMillis: 20 }],
  [{ duration: '>2s' }, { durationMillis: 2000.001 }, { durationMillis: 2000 }],
  [{ duration: '<= 1us' }, { durationMillis: 0.001 }, { durationMillis: Number.NaN }],
  [{ 'a.b': '>=500' }, { attributes: { 'a.b': 500 } }, { attributes: { 'a.b': 499 } }],
  [{ 'a.b': '>=500' }, { attributes: { 'a.b': '503' } }, { attributes: { 'a.b': 'x' } }],
  [{ 'a.b': '>-1 <1' }, { attributes: { 'a.b': 0 } }, { attributes: { 'a.b': '' } }],
  [{ 'a.b': 5 }, { attributes: { 'a.b': '5' } }, { attributes: { 'a.b': 50 } }],
  [{ 'a.b': '5*' }, { attributes: { 'a.b': 503 } }, { attributes: { 'a.b': 403 } }],
  [{ 'a.b': true }, { attributes: { 'a.b': true } }, { attributes: { 'a.b': 1 } }],
  [{ 'a.b': 'x' }, { attributes: { 'a.b': ['y', 'x'] } }, { attributes: { 'a.b': ['y'] } }],
  [{ 'a.b': '**' }, { attributes: { 'a.b': '' } }, { attributes: { 'a.c': '' } }],
  [{ 'a.b': '\\<a' }, { attributes: { 'a.b': '<a' } }, { attributes: { 'a.b': 'a' } }],
  [{ attributes: { tier: 'gold' } }, { attributes: { tier: 'gold' } }, { resource: { tier: 'gold' } }],
  [{ resource: { tier: 'gold' } }, { resource: { tier: 'gold' } }, { attributes: { tier: 'gold' } }],
  [{ 'resource.a.b': 'x' }, { resource: { 'a.b': 'x' } }, { attributes: { 'resource.a.b': 'x' } }],
  [{ resource: { constructor: '**' } }, { resource: { constructor: 'x' } }, {}],
])('the conditions %j', (match, fitting, other) => {
  expect(matches(match, fitting)).toBe(true);
  expect(matches(match, other)).toBe(false);
});

test('slower_than asks for the quantile of the own value, and has a floor', () => {
  const slower_than = { quantile: 0.95, per: 'rpc.method', floor: '20ms' };
  const policy = policyOf({ name: 'slow', match: { slower_than }, ratio: 1 });
  const asked: unknown[] = [];
  const judge = (durationMillis: number, quantile: number | undefined) =>
    judgeByRules(policy, groupOf({ durationMillis, attributes: { 'rpc.method': 'Pay' } }), {
      quantileOf: (...question) => {
        asked.push(question);
        return quantile;
      },
    })?.rule.name;

  expect(judge(101, 100)).toBe('slow');
  expect(judge(100, 100)).toBeUndefined();
  expect(judge(20, 10)).toBeUndefined();
  expect(judge(21, 10)).toBe('slow');
  expect(judge(1e9, undefined)).toBeUndefined();
  expect(asked[0]).toEqual([0.95, 'rpc.method', 'Pay', 'root']);
  expect(judgeByRules(policy, groupOf({ durationMillis: 1e9 }))).toBeUndefined();
});

test('functions see the whole group, and only true is yes', () => {
  const group = groupOf({}, {});
  const seen: unknown[] = [];
  const policy = policyOf(
    { name: 'seeing', match: (spans) => seen.push(spans) === 0, ratio: 1 },
    { name: 'promise', match: (() => Promise.resolve(true)) as never, ratio: 1 },
    { name: 'many', match: (spans) => spans.length > 1, unless: { error: true }, ratio: 0.5 },
  );

  expect(judgeByRules(policy, group)?.matched.map(({ name }) => name)).toEqual(['many']);
  expect(seen).toEqual([group]);
});

test('a promise, even one that rejects, is told as a failure and is no unhandled rejection', async () => {
  const late = (() => Promise.reject(new Error('too late'))) as never;
  const policy = policyOf(
    { name: 'async', match: late, ratio: 1 },
    { name: 'async exemption', match: all, unless: late, ratio: 1 },
  );
  const failures: unknown[] = [];
  const onFailure = (rule: { readonly name: string }, error: unknown) => failures.push([rule.name, String(error)]);

  expect(judgeByRules(policy, groupOf({}), { onFailure })).toBeUndefined();
  await setImmediate(); // where it would be told as unhandled, which fails a run of tests

  const told = 'TypeError: returned a promise, expected true or false';
  expect(failures).toEqual([
    ['async', told],
    ['async exemption', told],
  ]);
});

test('a function that has traces made is not asked about these', () => {
  const asked: unknown[] = [];
  const policy: Policy = policyOf({
    name: 'makes traces',
    match: (group) => {
      asked.push(group);
      judgeByRules(policy, groupOf({}));
      return judgeByRules(policy, groupOf({})) === undefined;
    },
    ratio: 1,
  });
  const group = groupOf({});

  expect(judgeByRules(policy, group)?.rule.name).toBe('makes traces');
  expect(asked).toEqual([group]);
});

test('what throws in a rule does not match, is told, and stops no other rule', () => {
  const broken = new TypeError('no route');
  const fail = () => {
    throw broken;
  };
  const policy = policyOf(
    { name: 'broken', match: fail, ratio: 1 },
    { name: 'exempts', match: all, unless: fail, ratio: 1 },
    { name: 'sound', match: { kind: 'server' }, ratio: 0.5 },
    { name: 'reads', match: { 'a.b': 1 }, ratio: 1 },
  );
  const failures: unknown[] = [];
  const group = groupOf({}).map((span) => ({ ...span, attribute: fail }));
  const onFailure = (rule: { readonly name: string }, error: unknown) => failures.push([rule.name, error]);

  expect(judgeByRules(policy, group, { onFailure })?.rule.name).toBe('sound');
  expect(judgeByRules(policy, group)?.rule.name).toBe('sound');
  expect(failures).toEqual([
    ['broken', broken],
    ['exempts', broken],
    ['reads', broken],
  ]);
});

test('every policy that can be read judges every group, the same each time', () => {
  const spans = fc.record({
    name: fc.string(),
    kind: fc.nat(6),
    status: fc.nat(3),
    durationMillis: fc.double(),
    attributes: fc.dictionary(fc.constantFrom('http.route', 'a.b', 'tier', 'url.path'), fc.anything()),
    resource: fc.dictionary(fc.constantFrom('a', 'zone'), fc.anything()),
  });
  let judged = 0;
  const property = fc.property(
    almostPolicies,
    fc.array(spans, { minLength: 1, maxLength: 4 }),
    (given, [root, ...others]) => {
      const { policy } = readPolicy(given as never);
      if (policy === undefined) return;
      const group = groupOf(root!, ...others);
      const failures: unknown[] = [];
      const surroundings = { quantileOf: () => 5, onFailure: (_: unknown, error: unknown) => failures.push(error) };
      const judgement = judgeByRules(policy, group, surroundings);
      const { matched = [], ratio } = judgement ?? {};
      expect(failures).toEqual([]);
      expect(judgeByRules(policy, group, surroundings)).toEqual(judgement);
      expect(ratio).toBe(
        matched.length === 0
          ? undefined
          : matched.some(({ drop }) => drop)
            ? 0
            : Math.max(...matched.map((rule) => rule.ratio)),
      );
      if (judgement !== undefined) judged += 1;
    },
  );
  fc.assert(property, { numRuns: 2000 });

  expect(judged).toBeGreaterThan(100);
});
