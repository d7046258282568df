import fc from 'fast-check';
import { expect, test } from 'vitest';

import { groupOf, type SpanOf } from '../../test/group-of.ts';
import { almostPolicies } from '../../test/policies.ts';
import { judgeByRules } from './judge-by-rules.ts';
import type { JudgedSpan } from './judged-span.ts';
import type { TailMatchInput, TailRuleInput } from './policy-input.ts';
import type { Policy } from './policy.ts';
import { readPolicy } from './read-policy.ts';
import { createRuleWatch, type RuleProgress } from './rule-progress.ts';
import type { RuleSurroundings } from './span-facts.ts';

const ERROR = 2;

function policyOf(...rules: TailRuleInput[]): Policy {
  const { policy, problems } = readPolicy({ version: 1, rules });
  expect(problems).toEqual([]);
  return policy!;
}

function watched(policy: Policy, group: readonly JudgedSpan[], surroundings: RuleSurroundings = {}) {
  const watch = createRuleWatch(policy, surroundings);
  const progress: RuleProgress = watch.open();
  for (const span of group) watch.note(progress, span);
  return {
    judgement: watch.judge(progress),
    ratioOnError: watch.ratioOnError(progress, group.at(-1) ?? groupOf({})[0]!),
  };
}

const childOf = (span: SpanOf): JudgedSpan => groupOf({}, span)[0]!;

const spanArbitrary = fc.record({
  name: fc.constantFrom('a', 'b'),
  kind: fc.nat(2),
  status: fc.nat(2),
  durationMillis: fc.constantFrom(1, 5, 20, Number.NaN),
  attributes: fc.record(
    { 'http.route': fc.constantFrom('/x', '/y'), tier: fc.constantFrom('gold', 1) },
    { requiredKeys: [] },
  ),
});

/** Roots, children, and spans whose attributes cannot be read. */
const groups = fc.array(
  fc
    .record({ span: spanArbitrary, parent: fc.constantFrom('none', 'remote', 'local', 'local'), fails: fc.nat(9) })
    .map(({ span, parent, fails }): JudgedSpan => {
      const judged = parent === 'local' ? childOf(span) : groupOf(span)[0]!;
      const attribute = (key: string) => {
        if (fails === 0 && key === 'tier') throw new TypeError('no tier');
        return judged.attribute(key);
      };
      return { ...judged, attribute, ...(parent === 'remote' && { parentSpanId: 'ab', isParentRemote: true }) };
    }),
  { maxLength: 6 },
);

const slower_than = { quantile: 0.5, floor: '2ms' };
const spanConditions = fc.record(
  {
    name: fc.constantFrom('a', ['b', 'c']),
    kind: fc.constantFrom('server' as const, ['internal' as const, 'client' as const]),
    route: fc.constantFrom('/x', '/*', ['/y', '/z']),
    attributes: fc.constantFrom({ tier: 'gold' }, { tier: '>0' }),
    error: fc.boolean(),
    duration: fc.constantFrom('>2ms', '<10ms'),
    slower_than: fc.constant(slower_than),
  },
  { requiredKeys: [] },
);
const isSomething = (conditions: object) => Object.keys(conditions).length > 0;
const someOf = (max: number) =>
  spanConditions
    .map((all) => Object.fromEntries(Object.entries(all).slice(0, max)) as TailMatchInput)
    .filter(isSomething);

const matches: fc.Arbitrary<TailMatchInput> = fc
  .record({ ofRoot: fc.option(someOf(2), { nil: {} }), anySpan: fc.option(someOf(2)) })
  .map(({ ofRoot, anySpan }) => ({ ...ofRoot, ...(anySpan && { any_span: anySpan }) }))
  .filter(isSomething);

const functions = fc.constantFrom(
  (group: readonly JudgedSpan[]) => group.length > 2,
  (group: readonly JudgedSpan[]) => group.some(({ status }) => status.code === ERROR),
  () => {
    throw new TypeError('no function');
  },
);

const wishes = fc.oneof(
  { weight: 4, arbitrary: fc.record({ ratio: fc.constantFrom(0, 0.25, 0.5, 1) }) },
  { weight: 1, arbitrary: fc.constant({ drop: true as const }) },
);

const policiesOf = (match: fc.Arbitrary<TailRuleInput['match']>, unless: fc.Arbitrary<TailRuleInput['match']>) =>
  fc
    .array(fc.tuple(match, fc.option(unless, { freq: 2 }), wishes), { maxLength: 6 })
    .map(
      (rules) =>
        readPolicy({
          version: 1,
          rules: rules.map(([match, unless, wish], index) => ({
            name: `rule ${index}`,
            match,
            ...(unless && { unless }),
            ...wish,
          })),
        }).policy,
    )
    .filter((policy) => policy !== undefined);

const policies = policiesOf(
  fc.oneof({ weight: 8, arbitrary: matches }, { weight: 1, arbitrary: functions }),
  fc.oneof({ weight: 8, arbitrary: matches }, { weight: 1, arbitrary: functions }),
);

const surroundings: RuleSurroundings = {
  quantileOf: (_, __, value, scope) => (scope === 'root' ? 4 : value === '/x' ? 10 : undefined),
};

test('a group that was noted span by span is judged as it is judged at once', () => {
  const rulesThatMatched: number[] = [];
  let failures = 0;
  const property = fc.property(policies, groups, (policy, group) => {
    const failing = { ...surroundings, onFailure: () => (failures += 1) };
    const { judgement } = watched(policy, group, failing);

    expect(judgement).toEqual(judgeByRules(policy, group, surroundings));
    rulesThatMatched.push(judgement?.matched.length ?? 0);
  });
  fc.assert(property, { numRuns: 5000 });

  expect(rulesThatMatched.filter((count) => count > 1).length).toBeGreaterThan(200);
  expect(rulesThatMatched.filter((count) => count === 0).length).toBeGreaterThan(200);
  expect(failures).toBeGreaterThan(200);
});

test('every policy that can be read is followed span by span', () => {
  const property = fc.property(almostPolicies, groups, (given, group) => {
    const { policy } = readPolicy(given as never);
    if (policy === undefined) return;

    expect(watched(policy, group, surroundings).judgement).toEqual(judgeByRules(policy, group, surroundings));
  });
  fc.assert(property, { numRuns: 500 });
});

test('a trace is judged by what has ended so far, at any time', () => {
  const policy = policyOf(
    { name: 'query', match: { any_span: { kind: 'client', error: true } }, ratio: 0.5 },
    { name: 'errors', match: { error: true }, ratio: 1 },
  );
  const watch = createRuleWatch(policy, {});
  const progress = watch.open();
  const judged: unknown[] = [];
  const [query, root] = groupOf({ status: ERROR }, { kind: 2, status: ERROR });
  for (const span of [query!, groupOf({})[0]!, root!]) {
    watch.note(progress, span);
    judged.push(watch.judge(progress)?.matched.map(({ name }) => name));
  }

  expect(judged).toEqual([undefined, ['query'], ['query', 'errors']]);
  expect(watch.judge(progress)).toEqual(watch.judge(progress));
});

test('conditions are asked no more once they hold, and those of the root at roots only', () => {
  const policy = policyOf(
    { name: 'root', match: { 'a.root': 1 }, ratio: 1 },
    { name: 'gold', match: { any_span: { 'a.tier': 'gold' } }, ratio: 1 },
    { name: 'gold too', match: { kind: 'server', any_span: { 'a.tier': 'gold' } }, unless: { name: 'x' }, ratio: 1 },
  );
  const asked: string[] = [];
  const spans = groupOf({}, {}, {}, {}).map((span, index) => ({
    ...span,
    attribute: (key: string) => {
      asked.push(`${index} ${key}`);
      return key === 'a.tier' && index === 1 ? 'gold' : undefined;
    },
  }));

  expect(watched(policy, spans).judgement?.matched.map(({ name }) => name)).toEqual(['gold', 'gold too']);
  expect(asked).toEqual(['0 a.tier', '1 a.tier', '3 a.root']);
});

test('no span is kept unless a rule has a function', () => {
  const plain = createRuleWatch(policyOf({ name: 'a', match: { any_span: { error: true } }, ratio: 1 }), {});
  const asking = createRuleWatch(policyOf({ name: 'a', match: (spans) => spans.length > 1, ratio: 1 }), {});

  expect([plain.keepsSpans, asking.keepsSpans]).toEqual([false, true]);
  const progress = plain.open();
  for (const span of groupOf({}, { status: ERROR })) plain.note(progress, span);
  expect(Object.values(progress).flatMap((value) => (Array.isArray(value) ? value : []))).toEqual([]);
});

test('functions see no more spans than a trace may have, and every local root', () => {
  const seen: number[][] = [];
  const { policy } = readPolicy({
    version: 1,
    limits: { spans_per_trace: 3 },
    rules: [
      {
        name: 'a',
        match: (spans) => {
          seen.push(spans.map(({ durationMillis }) => durationMillis));
          return true;
        },
        ratio: 1,
      },
    ],
  });
  const children = [1, 2, 3, 4].map((durationMillis) => ({ durationMillis }));

  expect(watched(policy!, groupOf({ durationMillis: 5 }, ...children)).judgement?.ratio).toBe(1);
  expect(seen).toEqual([[1, 2, 3, 5]]);
});

test('what throws in a rule is told when it does, and stops no other rule', () => {
  const broken = new TypeError('no tier');
  const policy = policyOf(
    { name: 'reads', match: { 'a.b': 1 }, ratio: 1 },
    { name: 'reads all', match: { any_span: { 'a.b': 1 } }, ratio: 1 },
    { name: 'exempts all', match: { kind: 'server' }, unless: { any_span: { 'a.b': 1 } }, ratio: 1 },
    { name: 'sound', match: { kind: 'server' }, ratio: 0.5 },
  );
  const told: unknown[] = [];
  const group = groupOf({}, {}).map((span) => ({
    ...span,
    attribute: () => {
      throw broken;
    },
  }));
  const onFailure = (rule: { readonly name: string }, error: unknown) => told.push([rule.name, error]);

  expect(watched(policy, group, { onFailure }).judgement?.matched.map(({ name }) => name)).toEqual(['sound']);
  expect(watched(policy, group).judgement?.rule.name).toBe('sound');
  expect(told).toEqual([
    ['reads all', broken],
    ['exempts all', broken],
    ['reads', broken],
  ]);
});

test.each<[string, number, TailRuleInput[]]>([
  ['errors of the root are kept', 1, [{ name: 'a', match: { error: true }, ratio: 1 }]],
  [
    'the greatest ratio counts',
    0.5,
    [
      { name: 'a', match: { status: ['error', 'ok'] }, ratio: 0.25 },
      { name: 'b', match: { any_span: { error: true } }, ratio: 0.5 },
    ],
  ],
  ['errors on one route are kept', 0, [{ name: 'a', match: { error: true, route: '/x' }, ratio: 1 }]],
  ['errors are kept but on one route', 0, [{ name: 'a', match: { error: true }, unless: { route: '/x' }, ratio: 1 }]],
  ['successes are kept', 0, [{ name: 'a', match: { error: false }, ratio: 1 }]],
  [
    'errors are dropped',
    0,
    [
      { name: 'a', match: { error: true }, ratio: 1 },
      { name: 'b', match: { any_span: { error: true } }, drop: true },
    ],
  ],
  [
    'errors are kept unless another span is there',
    1,
    [{ name: 'a', match: { error: true }, unless: { any_span: { name: 'other' } }, ratio: 1 }],
  ],
  [
    'errors are kept unless this span is there',
    0,
    [{ name: 'a', match: { error: true }, unless: { any_span: { name: 'query' } }, ratio: 1 }],
  ],
  ['a function decides', 0, [{ name: 'a', match: () => true, ratio: 1 }]],
])('a span that fails before its root ends: where %s, the ratio that can be promised is %d', (_, ratio, rules) => {
  const policy = policyOf(...rules);

  expect(watched(policy, [childOf({ name: 'query', status: ERROR })]).ratioOnError).toBe(ratio);
  expect(watched(policy, [childOf({ name: 'query' })]).ratioOnError).toBe(0);
});

test('a span that fails after a root fulfilled a rule has the promise of that rule', () => {
  const policy = policyOf(
    { name: 'x', match: { route: '/x' }, ratio: 0.5 },
    { name: 'z', match: { route: '/z' }, drop: true },
  );
  const late = childOf({ status: ERROR });
  const on = (route: string) => groupOf({ attributes: { 'http.route': route } })[0]!;

  expect(watched(policy, [on('/x'), late]).ratioOnError).toBe(0.5);
  expect(watched(policy, [on('/y'), late]).ratioOnError).toBe(0);
  expect(watched(policy, [on('/x'), on('/z'), late]).ratioOnError).toBe(0);
});

test('the promised ratio is the judged one when the root fails and no rule asks more of it', () => {
  const ofErrors: fc.Arbitrary<TailMatchInput> = fc
    .record({ error: fc.boolean(), any_span: someOf(2) as fc.Arbitrary<never> }, { requiredKeys: [] })
    .filter(isSomething);
  const unless = (someOf(2) as fc.Arbitrary<never>).map((any_span) => ({ any_span }));
  const promised: number[] = [];
  const property = fc.property(
    policiesOf(ofErrors, unless),
    fc.array(spanArbitrary),
    spanArbitrary,
    (policy, others, one) => {
      const failed = { ...one, status: ERROR };
      const ended = [...others, failed].map(childOf);
      const { ratioOnError } = watched(policy, ended, surroundings);

      // A root like a span that has ended meets no any_span condition that was not met before.
      expect(ratioOnError).toBe(judgeByRules(policy, [...ended, ...groupOf(failed)], surroundings)?.ratio ?? 0);
      promised.push(ratioOnError);
    },
  );
  fc.assert(property, { numRuns: 2000 });

  expect(new Set(promised)).toEqual(new Set([0, 0.25, 0.5, 1]));
});

test('a thousand rules follow a trace', () => {
  const rules = Array.from({ length: 1000 }, (_, index): TailRuleInput => {
    const route = `/r${index % 500}/**`;
    const match: TailMatchInput = index < 500 ? { route } : { any_span: { route } };
    return { name: `rule ${index}`, match, ratio: index / 1000 };
  });
  const group = groupOf({ attributes: { 'http.route': '/r7/a' } }, { attributes: { 'http.route': '/r8/b' } });

  const { judgement } = watched(policyOf(...rules), [...group, ...group]);
  expect(judgement?.matched.map(({ name }) => name)).toEqual(['rule 7', 'rule 507', 'rule 508']);
  expect(judgement).toEqual(judgeByRules(policyOf(...rules), group));
});
