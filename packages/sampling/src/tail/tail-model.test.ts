import { parseOtMember } from '@clew/trace-context';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import fc from 'fast-check';
import { expect, test } from 'vitest';

import { number, written } from '../../test/exact-model.ts';
import {
  createTailProcess,
  isCutOff,
  type Caller,
  type Started,
  type TailProcess,
  type TraceOf,
} from '../../test/tail-process.ts';
import type { ModelSpan } from '../../test/tail-model.ts';
import { readPolicy } from '../policy/read-policy.ts';
import type { Policy } from '../policy/policy.ts';
import type { PolicyInput } from '../policy/policy-input.ts';

const RUNS = Number(process.env['CLEW_TEST_RUNS'] ?? 500);

const RULES: NonNullable<PolicyInput['rules']>[number][] = [
  { name: 'errors', match: { error: true }, ratio: 1 },
  { name: 'any error', match: { any_span: { error: true } }, ratio: 0.5 },
  { name: 'checkout', match: { route: '/checkout' }, ratio: 0.5 },
  { name: 'failing cart', match: { route: '/cart', error: true }, ratio: 0.25 },
  { name: 'empty', match: { name: 'empty' }, drop: true },
];
const HEAD: NonNullable<PolicyInput['head']>[number][] = [
  { name: 'probes', match: { path: '/healthz' }, ratio: 0 },
  { name: 'writes', match: { path: '/write' }, ratio: 0.3 },
];

const policies: fc.Arbitrary<Policy> = fc
  .record({
    upstream: fc.constantFrom('respect' as const, 'respect-sampled' as const, 'cap' as const, 'ignore' as const),
    rules: fc.subarray(RULES),
    head: fc.subarray(HEAD),
    base: fc.constantFrom(0, 0.05, 0.5, 1).map((ratio) => ({ ratio })),
  })
  .map((policy) => policyOf({ version: 1, ...policy }));

function policyOf(input: PolicyInput): Policy {
  const { policy, problems } = readPolicy(input);
  if (policy === undefined) throw new Error(problems.map(({ message }) => message).join('\n'));
  return policy;
}

const randomness = fc.constantFrom(
  'ffffffffffffff',
  '00000000000001',
  '80000000000000',
  '7fffffffffffff',
  'f3333000000000',
  'c1000000000000',
);
const callers: fc.Arbitrary<Caller> = fc.record({
  isSampled: fc.boolean(),
  th: fc.option(fc.constantFrom('0', '8', 'c', 'f3333', 'ff'), { nil: undefined, freq: 2 }),
});
const traces = fc
  .array(
    fc.record({
      end: randomness,
      rv: fc.option(randomness, { nil: undefined, freq: 2 }),
      others: fc.constantFrom('', 'foo=bar', 'foo=bar,baz=1'),
    }),
    { minLength: 3, maxLength: 3 },
  )
  .map((given) =>
    given.map(({ end, ...rest }, n): TraceOf => ({ traceId: `0af7651916cd43dd84${end.slice(0, 13)}${n}`, ...rest })),
  );

const steps = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('root' as const),
      trace: fc.constantFrom(0, 0, 0, 1, 2),
      path: fc.constantFrom('/', '/', '/healthz', '/write'),
      caller: fc.option(callers, { nil: undefined }),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('child' as const), of: fc.nat(30) }) },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('end' as const),
      of: fc.nat(30),
      isError: fc.boolean(),
      name: fc.constantFrom('GET', 'GET', 'GET', 'empty'),
      route: fc.constantFrom('/', '/checkout', '/cart'),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('inject' as const), of: fc.nat(30) }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('pass' as const), millis: fc.constantFrom(1, 249, 250) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('wait' as const),
      millis: fc.constantFrom(1, 249, 250, 251, 250, 1000, 30_000),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('tick' as const, 'decide' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('policy' as const), policy: policies }) },
);
type Step = typeof steps extends fc.Arbitrary<infer T> ? T : never;

const PLAIN_END = { isError: false, name: 'GET', route: '/' };

function take(process: TailProcess, step: Step, given: readonly TraceOf[]): void {
  const { started, tail, model, clock } = process;
  const open = started.filter(({ hasEnded, isRecorded }) => !hasEnded && isRecorded);
  switch (step.kind) {
    case 'root': {
      const of = given[step.trace] as TraceOf;
      // A trace that has been here, or has explicit randomness, comes from a caller.
      const isKnown = of.rv !== undefined || started.some((one) => one.trace === of);
      process.root(of, step.path, step.caller ?? (isKnown ? { isSampled: false, th: undefined } : undefined));
      break;
    }
    case 'child': {
      // Where another root of the trace is recorded, a child of one that is not would be, too: nothing tells it apart.
      // Nor is there a way to tell whose a child is that starts below a span that has ended, once its trace has come back.
      const parents = started.filter(
        (one) =>
          one.model !== undefined && (!one.hasEnded || (isLatest(process, one.model) && !mayHaveComeBack(one.model))),
      );
      const parent = parents[parents.length - 1 - (step.of % Math.max(parents.length, 1))];
      if (parent !== undefined) checkChild(process, process.child(parent));
      break;
    }
    case 'end': {
      const one = open[open.length - 1 - (step.of % Math.max(open.length, 1))];
      if (one !== undefined) process.end(one, step);
      break;
    }
    case 'inject': {
      const one = open[open.length - 1 - (step.of % Math.max(open.length, 1))];
      if (one !== undefined) process.inject(one);
      break;
    }
    case 'pass':
      clock.at += step.millis; // and nobody looks
      break;
    case 'wait':
      clock.at += step.millis;
      tail.tick();
      model.tick(clock.at);
      break;
    case 'tick':
      tail.tick();
      model.tick(clock.at);
      break;
    case 'decide':
      tail.decideEnded();
      model.decideEnded();
      break;
    case 'policy':
      tail.setPolicy(step.policy);
      model.setPolicy(step.policy);
      break;
  }
}

const isLatest = ({ model }: TailProcess, { stay }: ModelSpan): boolean =>
  model.stays.findLast(({ traceId }) => traceId === stay.traceId) === stay;

/** The model does not tell the stays of a trace apart once it has given up. */
const mayHaveComeBack = ({ stay }: ModelSpan): boolean => stay.isLost && stay.heads.length > 1;

/** All that is true after each step. */
function check(process: TailProcess): void {
  const { tail, model, started } = process;
  const { kept, sampledOut, leftOut, undecided } = tail.counts();
  const ended = started.filter(({ hasEnded }) => hasEnded);
  same('ended spans in the account', kept + sampledOut + leftOut + undecided, ended.length);
  same('left out', leftOut, 0);
  same('held', tail.buffered(), undecided);
  const exported = new Map(process.exported().map((span) => [span.spanContext().spanId, span]));
  same('exported once', exported.size, process.exported().length);
  same('kept', kept, exported.size);
  for (const one of started) {
    checkFate(one, exported);
    checkPromotion(process, one);
  }
  if (model.stays.some(({ isLost }) => isLost)) return;
  same('undecided', undecided, ended.filter((one) => one.model?.fate === undefined).length);
}

/** A span is recorded where its trace may still be kept, or somebody has been told so. */
function checkChild(process: TailProcess, { span, parent, isRecorded }: Started): void {
  const inModel = parent?.model;
  if (inModel === undefined || inModel.stay.isLost || !isLatest(process, inModel)) return;
  const isWanted = inModel.stay.decision?.isKept !== false;
  same('a child is recorded', isRecorded, isWanted || (span.spanContext().traceFlags & 1) !== 0);
}

function checkPromotion(process: TailProcess, { span, model: one }: Started): void {
  if (one === undefined || one.stay.isLost || !isLatest(process, one)) return;
  if ((span.spanContext().traceFlags & 1) !== 0) return; // it is told anyway
  same('promoted', process.tail.isPromoted(span.spanContext().traceId), process.model.isPromoted(one));
}

function checkFate(one: Started, exported: ReadonlyMap<string, ReadableSpan>): void {
  const { span, model, parent } = one;
  const seen = exported.get(span.spanContext().spanId);
  if (parent === undefined) same('a root is recorded', one.isRecorded, model !== undefined);
  if (seen === undefined) return same('exported', false, model?.stay.isLost === false && model.fate?.isKept === true);
  const known = model as ModelSpan; // a span without a model is not recorded
  if (parent?.hasEnded === true && !isCutOff(parent)) {
    same('has its parent', exported.has(parent.span.spanContext().spanId), true);
  }
  checkState(one, seen);
  if (known.stay.isLost) return;
  same('exported', true, known.fate?.isKept);
  const { threshold, rules } = known.fate ?? { threshold: 'unknown' as const, rules: [] as string[] };
  same('th', otOf(seen)?.threshold, threshold === 'unknown' ? undefined : written(threshold));
  if (known.isRoot) same('rule', rules.includes(seen.attributes['sampling.rule'] as string), true);
}

/** The parts of an exported span that the decision changes, and those that it leaves. */
function checkState({ span, model }: Started, seen: ReadableSpan): void {
  const { traceFlags, traceState, traceId } = seen.spanContext();
  const before = span.spanContext().traceState;
  const { threshold, randomness: rv } = otOf(seen) ?? {};
  same('flags', traceFlags, 1);
  same('names the rule', seen.attributes['sampling.rule'] !== undefined, model?.isRoot);
  same('rv', rv, otOf(span)?.randomness);
  for (const key of ['foo', 'baz']) same(key, traceState?.get(key), before?.get(key));
  if (threshold !== undefined) same('R >= th', number(rv ?? traceId.slice(-14)) >= number(threshold), true);
}

/** At the end: what another process relies on is there, however old the trace was. */
function checkPromises({ started, exported }: TailProcess): void {
  const ids = new Set(exported().map((span) => span.spanContext().spanId));
  for (const one of started) {
    const { span, model } = one;
    if (model?.fate === undefined && model?.stay.isLost !== true) continue;
    const isOwed = (model.root.isFollowed && model.root === model.stay.heads[0]) || one.isOwed;
    if (isOwed) same('promised', ids.has(span.spanContext().spanId), true);
  }
}

/** `expect` for what is compared a million times. */
function same(what: string, got: unknown, expected: unknown): void {
  if (!Object.is(got, expected)) expect({ [what]: got }).toEqual({ [what]: expected });
}

const otOf = (span: ReadableSpan) => parseOtMember(span.spanContext().traceState?.get('ot'));

test('each trace is decided as the model says, and each span is in one account', () => {
  fc.assert(
    fc.property(
      policies,
      traces,
      fc.array(steps, { maxLength: 60, size: 'max' }),
      fc.nat(),
      fc.boolean(),
      (policy, given, taken, order, shuts) => {
        const process = createTailProcess(policy);
        for (const step of taken) {
          take(process, step, given);
          check(process);
        }
        if (shuts) {
          void process.tail.shutdown();
          process.model.decideAll();
          check(process);
        }
        const open = process.started.filter(({ hasEnded, isRecorded }) => !hasEnded && isRecorded);
        for (let left = open.length; left > 0; left -= 1) {
          const [one] = open.splice(order % left, 1);
          process.end(one as Started, PLAIN_END);
        }
        take(process, { kind: 'wait', millis: 250 }, given);
        check(process);
        checkPromises(process);
        expect(process.tail.counts().undecided).toBe(0);
      },
    ),
    { numRuns: RUNS },
  );
});
