import { ROOT_CONTEXT, SpanKind, trace } from '@opentelemetry/api';
import { SamplingDecision } from '@opentelemetry/sdk-trace';
import fc from 'fast-check';
import { expect, test } from 'vitest';

import { judge, type Facts, type Plan } from '../test/exact-model.ts';
import { otOf, sample, SPAN_ID, tracestateOf, type StartOf } from '../test/start-of.ts';
import { alwaysOff } from './always-off.ts';
import { alwaysOn } from './always-on.ts';
import { linksAware } from './links-aware.ts';
import { parentThreshold } from './parent-threshold.ts';
import { probability } from './probability.ts';
import { ruleBased } from './rule-based.ts';
import type { ThresholdSampler } from './threshold-sampler.ts';

const NAMES = ['GET', 'POST', 'poll'];
const OTHER_TRACE = 'ffffffffffffffffffffffffffffffff';

const hex14 = fc.stringMatching(/^[0-9a-f]{14}$/);
const thresholds = fc.oneof(
  fc.constantFrom('0', '8', 'c', 'fd70a', 'ffffffffffffff'),
  fc.stringMatching(/^[0-9a-f]{0,13}[1-9a-f]$/),
);
const ratios = fc.oneof(
  fc.constantFrom(0, 1, 0.5, 0.25, 1 / 3, 0.1, 0.01, 1 / 16, 2 ** -56),
  fc.double({ min: 2 ** -60, max: 1, noNaN: true }),
);

const { plans } = fc.letrec<{ plans: Plan }>((tie) => ({
  plans: fc.oneof(
    { maxDepth: 3 },
    fc.record({ kind: fc.constantFrom('on' as const, 'off' as const) }),
    fc.record({ kind: fc.constant('ratio' as const), ratio: ratios }),
    fc.record({ kind: fc.constant('parent' as const), root: tie('plans') }),
    fc.record({
      kind: fc.constant('rule' as const),
      name: fc.constantFrom(...NAMES),
      sampler: tie('plans'),
      otherwise: tie('plans'),
    }),
    fc.record({ kind: fc.constant('links' as const), next: tie('plans') }),
  ),
}));

/** Randomness and threshold often have a beginning in common: only there is a decision close. */
const facts: fc.Arbitrary<Facts> = fc
  .record({
    idEnd: hex14,
    name: fc.constantFrom(...NAMES),
    isLinked: fc.boolean(),
    parent: fc.option(
      fc.record({ isSampled: fc.boolean(), th: thresholds, rv: hex14 }, { requiredKeys: ['isSampled'] }),
      { nil: undefined },
    ),
    common: fc.nat(14),
  })
  .map(({ common, idEnd, parent, ...rest }) => ({
    ...rest,
    idEnd: ((parent?.th ?? '').slice(0, common) + idEnd).slice(0, 14),
    parent,
  }));

function samplerOf(plan: Plan): ThresholdSampler {
  switch (plan.kind) {
    case 'on':
      return alwaysOn();
    case 'off':
      return alwaysOff();
    case 'ratio':
      return probability(plan.ratio);
    case 'parent':
      return parentThreshold({ root: samplerOf(plan.root) });
    case 'rule':
      return ruleBased({
        rules: [{ name: 'by name', matches: ({ name }) => name === plan.name, sampler: samplerOf(plan.sampler) }],
        otherwise: samplerOf(plan.otherwise),
      });
    case 'links':
      return linksAware({ next: samplerOf(plan.next) });
  }
}

function startOf({ idEnd, name, parent, isLinked }: Facts): StartOf {
  const { isSampled = false, th, rv } = parent ?? {};
  const ot = [th === undefined ? [] : `th:${th}`, rv === undefined ? [] : `rv:${rv}`, 'k1:13'].flat().join(';');
  const link = { context: { traceId: OTHER_TRACE, spanId: SPAN_ID, traceFlags: 1 } };
  return {
    traceId: `0af7651916cd43dd84${idEnd}`,
    name,
    links: isLinked ? [link] : [],
    ...(parent && { parent: { traceFlags: isSampled ? 3 : 2, tracestate: `rojo=1,ot=${ot}` } }),
  };
}

test('decision, threshold and randomness are those of the exact model, however samplers are combined', () => {
  fc.assert(
    fc.property(plans, facts, (plan, facts) => {
      const sampler = samplerOf(plan);
      const start = startOf(facts);

      const expected = judge(plan, facts);
      const { decision } = sample(sampler, start);
      const ot = otOf(sampler, start);
      expect({
        isKept: decision === SamplingDecision.RECORD_AND_SAMPLED,
        th: ot?.threshold,
        rv: ot?.randomness,
      }).toEqual(expected);
    }),
    { numRuns: 5000, seed: 56 },
  );
});

test('what others have said in the tracestate stays', () => {
  fc.assert(
    fc.property(plans, facts, (plan, facts) => {
      fc.pre(facts.parent !== undefined);

      const tracestate = tracestateOf(samplerOf(plan), startOf(facts));
      expect(tracestate).toContain('rojo=1');
      expect(tracestate).toContain('k1:13');
    }),
  );
});

test('a kept span never says a threshold that its randomness does not pass', () => {
  fc.assert(
    fc.property(plans, facts, (plan, facts) => {
      const start = startOf(facts);
      const sampler = samplerOf(plan);
      const ot = otOf(sampler, start);
      fc.pre(ot?.threshold !== undefined);

      expect(sample(sampler, start).decision).toBe(SamplingDecision.RECORD_AND_SAMPLED);
      expect((ot?.randomness ?? facts.idEnd) >= (ot?.threshold ?? '')).toBe(true);
    }),
    { numRuns: 1000 },
  );
});

test('nothing that a sampler is asked makes it throw', () => {
  const contexts = fc.oneof(
    fc.anything(),
    fc.record({ traceId: fc.anything(), spanId: fc.anything(), traceFlags: fc.anything(), traceState: fc.anything() }),
    fc.anything().map((value) => trace.setSpanContext(ROOT_CONTEXT, value as never)),
    fc
      .record({ traceState: fc.anything(), traceFlags: fc.anything() })
      .map((given) => trace.setSpanContext(ROOT_CONTEXT, { traceId: OTHER_TRACE, spanId: SPAN_ID, ...given } as never)),
  );
  const ids = fc.oneof(fc.constant(OTHER_TRACE), fc.anything());
  const all = fc.tuple(contexts, ids, fc.anything(), fc.anything(), fc.anything(), fc.anything());

  fc.assert(
    fc.property(plans, all, (plan, given) => {
      const sampler = samplerOf(plan);
      const asked = given as unknown as Parameters<ThresholdSampler['shouldSample']>;

      expect([0, 2]).toContain(sampler.shouldSample(...asked).decision);
      expect(sampler.toString()).toMatch(/^[A-Z]/);
    }),
    { numRuns: 3000 },
  );
});

test('flags of a parent that are no number count as not set', () => {
  const broken = { traceId: OTHER_TRACE, spanId: SPAN_ID, traceFlags: { toString: 0 } as never };
  const context = trace.setSpanContext(ROOT_CONTEXT, broken);

  const result = parentThreshold({ root: alwaysOn() }).shouldSample(
    context,
    OTHER_TRACE,
    'GET',
    SpanKind.SERVER,
    {},
    [],
  );

  expect(result.decision).toBe(SamplingDecision.NOT_RECORD);
});

test('a trace state that throws counts as none', () => {
  const fail = () => {
    throw new Error('broken');
  };
  const traceState = { get: fail, set: fail, unset: fail, serialize: fail };
  const broken = { traceId: OTHER_TRACE, spanId: SPAN_ID, traceFlags: 1, traceState };
  const context = trace.setSpanContext(ROOT_CONTEXT, broken);

  const result = alwaysOn().shouldSample(context, OTHER_TRACE, 'GET', SpanKind.SERVER, {}, []);

  expect(result.decision).toBe(SamplingDecision.RECORD_AND_SAMPLED);
  expect(result.traceState?.serialize()).toBe('ot=th:0');
});

test('the numbers of the decisions are those of the SDK', () => {
  expect(sample(alwaysOff(), {}).decision).toBe(SamplingDecision.NOT_RECORD);
  expect(sample(alwaysOn(), {}).decision).toBe(SamplingDecision.RECORD_AND_SAMPLED);
});

test('each sampler shows what it is made of', () => {
  const sampler = parentThreshold({
    root: ruleBased({
      rules: [{ name: 'probes', matches: () => false, sampler: alwaysOff() }],
      otherwise: linksAware({ next: probability(0.01) }),
    }),
  });

  expect(String(sampler)).toBe(
    'ParentThreshold{root=RuleBased{probes: AlwaysOffSampler, otherwise: LinksAware{next=ProbabilitySampler{0.01}}}}',
  );
  expect(String(alwaysOn())).toBe('AlwaysOnSampler');
});
