import { SpanKind } from '@opentelemetry/api';
import { passesThreshold, thresholdOf } from '@clew/trace-context';
import fc from 'fast-check';

import { explainHeadRule } from '../src/policy/explain-rule.ts';
import { judgeByRules } from '../src/policy/judge-by-rules.ts';
import type { JudgedSpan } from '../src/policy/judged-span.ts';
import type { HeadMatchInput, PolicyInput, SpanMatchInput, TailMatchInput } from '../src/policy/policy-input.ts';
import type { Policy } from '../src/policy/policy.ts';
import { readPolicy } from '../src/policy/read-policy.ts';
import { groupOf, type SpanOf } from './group-of.ts';

/** Characters that quoting must not lose. */
const HOSTILE = 'q"\\$${env:HOME}\n\u2028';
/** Names of the attributes that spans may have. */
export const ATTRIBUTE_KEYS = ['url.path', 'http.request.method', 'a.b', 'tier'] as const;

const globs = fc.constantFrom('/a', '/a/**', '**', '?a', '*', 'gold');
const values = fc.constantFrom<string | number | boolean>(
  '/a',
  '/a/**',
  '**',
  'g*',
  5,
  '5',
  true,
  'true',
  '>3',
  HOSTILE.replaceAll('\\', String.raw`\\`),
  '>=2.5 <5',
);
const oneOrTwo = <T>(one: fc.Arbitrary<T>) => fc.oneof(one, fc.array(one, { minLength: 1, maxLength: 2 }));

/** One or two of the keys, so that they often hold together. */
function someOf<T extends object>(keys: { readonly [Key in keyof T]: fc.Arbitrary<T[Key]> }): fc.Arbitrary<T> {
  const one = fc.oneof(
    ...Object.entries<fc.Arbitrary<unknown>>(keys).map(([key, values]) => values.map((value) => ({ [key]: value }))),
  );
  return oneOrTwo(one).map((parts) => Object.assign({}, ...[parts].flat()) as T);
}

const kinds = fc.constantFrom('internal' as const, 'server' as const, 'client' as const);
const common = {
  name: oneOrTwo(globs),
  kind: kinds,
  path: oneOrTwo(values),
  resource: fc.record({ zone: values }),
};
const headMatches = someOf<HeadMatchInput>({ ...common, method: values, parent: fc.constant('none' as const) });
const spanMatch = {
  ...common,
  'a.b': values,
  attributes: fc.record({ tier: oneOrTwo(values) }),
  error: fc.boolean(),
  duration: fc.constantFrom('>1ms', '<=1ms', '>=500us <2ms', '>1.5us'),
};
const tailMatches = someOf<TailMatchInput>({ ...spanMatch, any_span: someOf<SpanMatchInput>(spanMatch) });

/** Policies of several rules that all have a counterpart in the Collector, with these ratios. */
export function mappedPolicies(shares: readonly number[]): fc.Arbitrary<PolicyInput> {
  const ratio = fc.constantFrom(...shares);
  const headRule = fc.record({ match: headMatches, unless: headMatches, ratio }, { requiredKeys: ['match', 'ratio'] });
  const tailRule = fc
    .record(
      { match: tailMatches, unless: tailMatches, ratio, isDrop: fc.integer({ min: 0, max: 3 }) },
      { requiredKeys: ['match', 'ratio', 'isDrop'] },
    )
    .map(({ isDrop, ratio: share, ...rule }) => ({
      ...rule,
      ...(isDrop === 0 ? { drop: true as const } : { ratio: share }),
    }));
  return fc
    .record({ head: fc.array(headRule, { maxLength: 3 }), rules: fc.array(tailRule, { maxLength: 4 }), ratio })
    .map(({ head, rules, ratio: base }) => ({
      version: 1,
      head: head.map((rule, i) => ({ ...rule, name: `head ${i}` })),
      rules: rules.map((rule, i) => ({ ...rule, name: `rule $${i}` })),
      base: { ratio: base },
    }));
}

const facts = fc.constantFrom<string | number | boolean | undefined>(
  '/a',
  '/a/b',
  'gold',
  5,
  2.5,
  true,
  'true',
  HOSTILE,
  undefined,
);
const spans: fc.Arbitrary<SpanOf> = fc.record({
  name: fc.constantFrom('/a', 'gold', '😀a'),
  kind: fc.constantFrom(SpanKind.INTERNAL, SpanKind.SERVER, SpanKind.CLIENT),
  status: fc.constantFrom(0, 1, 2),
  durationMillis: fc.constantFrom(0.0005, 0.0015, 0.0016, 0.5, 1, 1.000001, 1.5, 2),
  attributes: fc.record({ 'url.path': facts, 'http.request.method': facts, 'a.b': facts, tier: facts }),
  resource: fc.record({ zone: facts }),
});
/** A trace with one root, and up to one more root of a service that the first calls. */
export const traces: fc.Arbitrary<JudgedSpan[]> = fc
  .tuple(fc.array(spans, { maxLength: 2 }), spans, fc.option(spans, { nil: undefined }))
  .map(([children, root, called]) => [
    ...groupOf(root, ...children),
    ...(called === undefined
      ? []
      : groupOf(called).map((span) => ({ ...span, parentSpanId: 'b7ad6b7169203331', isParentRemote: true }))),
  ]);
export const randomness: fc.Arbitrary<string> = fc.stringMatching(/^[\da-f]{14}$/);

/** The decision in the process, where the trace begins there and nobody was told of it. */
export function keepsInProcess(policy: Policy, trace: readonly JudgedSpan[], random: string): boolean {
  const root = trace.find(({ parentSpanId }) => parentSpanId === undefined);
  if (root === undefined) throw new TypeError('a trace has no root');
  const attributes = Object.fromEntries(
    ['url.path', 'http.request.method'].flatMap((key) =>
      root.attribute(key) === undefined ? [] : [[key, root.attribute(key)]],
    ),
  );
  const start = { name: root.name, kind: root.kind, attributes, links: [], parent: undefined };
  const resource = root.resource.attributes as never;
  const first = policy.head.find((rule) => explainHeadRule(rule, start as never, resource).matches);
  if (first?.ratio === 0) return false;
  const judgement = judgeByRules(policy, trace);
  if (judgement?.rule.drop === true) return false;
  const ratio = Math.max(first?.ratio ?? policy.base.ratio, judgement?.ratio ?? 0);
  const threshold = thresholdOf(ratio);
  return threshold !== undefined && passesThreshold(random, threshold);
}

/** A policy, traces by their ids, and whether the process keeps each. */
export interface DecidedTraces {
  readonly policy: Policy;
  readonly traces: ReadonlyMap<string, readonly JudgedSpan[]>;
  readonly kept: ReadonlySet<string>;
}

/** Policies that keep all or none of what they match, with `count` traces each: no randomness decides. */
export function decidedTraces(seed: number, policies: number, count: number): DecidedTraces[] {
  const inputs = fc.sample(mappedPolicies([0, 1, 1]), { numRuns: policies, seed });
  return inputs.flatMap((input, n) => {
    const { policy } = readPolicy(input);
    if (policy === undefined) return []; // rules that contradict each other
    const all = new Map(
      fc
        .sample(traces, { numRuns: count, seed: seed + n })
        .map((trace, i) => [(i + 1).toString(16).padStart(32, '0'), trace]),
    );
    const kept = [...all]
      .filter(([, trace]) => keepsInProcess(policy, trace, '8'.repeat(14)))
      .map(([traceId]) => traceId);
    return [{ policy, traces: all, kept: new Set(kept) }];
  });
}
