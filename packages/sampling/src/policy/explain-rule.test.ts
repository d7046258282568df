import fc from 'fast-check';
import { expect, test } from 'vitest';

import { groupOf, type SpanOf } from '../../test/group-of.ts';
import { explainHeadRule, explainTailRule } from './explain-rule.ts';
import { judgeByRules } from './judge-by-rules.ts';
import { readPolicy } from './read-policy.ts';

const POLICY = readPolicy({
  version: 1,
  head: [
    { name: 'probes', match: { kind: 'server', path: '/healthz' }, unless: { name: 'keep' }, ratio: 0 },
    { name: 'calls', match: { parent: 'none' }, ratio: 0.5 },
  ],
  rules: [
    { name: 'errors', match: { error: true }, ratio: 1 },
    { name: 'slow', match: { kind: 'server', duration: '>10ms' }, unless: { route: '/export' }, ratio: 1 },
    { name: 'broken', match: { name: 'GET', any_span: { kind: 'client', error: true } }, ratio: 0.5 },
  ],
}).policy!;

const [errors, slow, broken] = POLICY.rules;
const [probes] = POLICY.head;

test('of a rule that does not match, the first condition that does not hold is told', () => {
  const group = groupOf({ durationMillis: 5 });

  expect(explainTailRule(errors!, group, {}).failed).toEqual({ on: 'status', anyOf: ['error'] });
  expect(explainTailRule(slow!, group, {}).failed).toMatchObject({ on: 'duration' });
  expect(explainTailRule(broken!, group, {}).failed).toMatchObject({ on: 'anySpan' });
});

test('a rule whose conditions all hold is exempt by unless', () => {
  const group = groupOf({ durationMillis: 50, attributes: { 'http.route': '/export' } });

  expect(explainTailRule(slow!, group, {})).toEqual({ matches: false, failed: undefined, isExempt: true });
});

test('without a local root no rule matches, and no condition is to blame', () => {
  expect(explainTailRule(errors!, [], {})).toEqual({ matches: false, failed: undefined, isExempt: false });
});

test('a head rule is asked about the start of a span', () => {
  const start = (path: string, name = 'GET') => ({
    name,
    kind: 1,
    attributes: { 'url.path': path },
    links: [],
    parent: undefined,
  });

  expect(explainHeadRule(probes!, start('/healthz'), {}).matches).toBe(true);
  expect(explainHeadRule(probes!, start('/x'), {}).failed).toMatchObject({ on: 'attribute', key: 'url.path' });
  expect(explainHeadRule(probes!, start('/healthz', 'keep'), {}).isExempt).toBe(true);
});

test('a rule matches by its explanation when the rules say so, and has one reason otherwise', () => {
  const span: fc.Arbitrary<SpanOf> = fc.record({
    name: fc.constantFrom('GET', 'query'),
    kind: fc.constantFrom(0, 1, 2),
    status: fc.constantFrom(0, 1, 2),
    durationMillis: fc.constantFrom(5, 50),
    attributes: fc.constantFrom({}, { 'http.route': '/export' }),
  });

  fc.assert(
    fc.property(span, fc.array(span, { maxLength: 3 }), (root, children) => {
      const group = groupOf(root, ...children);
      const matched = judgeByRules(POLICY, group)?.matched ?? [];

      for (const rule of POLICY.rules) {
        const answer = explainTailRule(rule, group, {});
        expect(answer.matches).toBe(matched.includes(rule));
        const reasons = [answer.matches, answer.isExempt, answer.failed !== undefined].filter(Boolean);
        expect(reasons).toHaveLength(1);
      }
    }),
  );
});
