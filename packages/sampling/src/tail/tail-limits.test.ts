import fc from 'fast-check';
import { expect, test } from 'vitest';

import { createTailProcess, type Started, type TailProcess, type TraceOf } from '../../test/tail-process.ts';
import type { PolicyInput } from '../policy/policy-input.ts';
import { readPolicy } from '../policy/read-policy.ts';

const RULES: PolicyInput['rules'] = [
  { name: 'errors', match: { error: true }, ratio: 1 },
  { name: 'checkout', match: { route: '/checkout' }, ratio: 0.5 },
  { name: 'empty', match: { name: 'empty' }, drop: true },
];

const limits = fc.record({
  buffered_spans: fc.integer({ min: 1, max: 12 }),
  spans_per_trace: fc.integer({ min: 1, max: 6 }),
});
const endOf = {
  isError: fc.boolean(),
  name: fc.constantFrom('GET', 'GET', 'empty'),
  route: fc.constantFrom('/', '/checkout'),
};
const steps = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('root' as const),
      end: fc.constantFrom('ffffffffffffff', '00000000000001', '90000000000000'),
    }),
  },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('child' as const), of: fc.nat(20) }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('end' as const), of: fc.nat(20), ...endOf }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('inject' as const), of: fc.nat(20) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('wait' as const), millis: fc.constantFrom(1, 250) }) },
);
type Step = typeof steps extends fc.Arbitrary<infer T> ? T : never;

const isOpen = ({ hasEnded, isRecorded }: Started): boolean => !hasEnded && isRecorded;
const pick = <T>(from: readonly T[], at: number): T | undefined =>
  from[from.length - 1 - (at % Math.max(from.length, 1))];

function take(process: TailProcess, step: Step): void {
  const { started, tail, clock } = process;
  const open = started.filter(isOpen);
  if (step.kind === 'root') {
    const traceId = `0af7651916cd43dd84${step.end.slice(0, 10)}${started.length.toString(16).padStart(4, '0')}`;
    const of: TraceOf = { traceId, rv: undefined, others: '' };
    process.root(of, '/', undefined);
  } else if (step.kind === 'wait') {
    clock.at += step.millis;
    tail.tick();
  } else {
    const one = pick(open, step.of);
    if (one === undefined) return;
    if (step.kind === 'child') process.child(one);
    else if (step.kind === 'inject') tail.contextInjected(one.trace.traceId);
    else process.end(one, step);
  }
}

/** The trace is one of a root; what left it is the root's to say. */
function check(process: TailProcess, maxSpans: number): void {
  const { tail, started } = process;
  const { kept, sampledOut, leftOut, undecided } = tail.counts();
  const exported = process.exported();
  const ids = new Set(exported.map((span) => span.spanContext().spanId));
  const traceIds = new Set(exported.map((span) => span.spanContext().traceId));
  const ended = started.filter(({ hasEnded }) => hasEnded);
  const lostRoots = ended.filter(
    ({ span, parent, trace: { traceId } }) =>
      parent === undefined && traceIds.has(traceId) && !ids.has(span.spanContext().spanId),
  );

  expect({ ended: kept + sampledOut + leftOut + undecided, twice: exported.length - ids.size, kept }).toEqual({
    ended: ended.length,
    twice: 0,
    kept: exported.length,
  });
  expect(tail.buffered()).toBeLessThanOrEqual(maxSpans);
  expect(lostRoots).toEqual([]);
}

test('whatever comes, no more is held than the limits say, each span is in one account, and no kept trace lacks its root', () => {
  fc.assert(
    fc.property(
      limits,
      fc.constantFrom(0, 0.05, 0.5, 1),
      fc.array(steps, { maxLength: 80, size: 'max' }),
      (given, ratio, taken) => {
        const { policy } = readPolicy({ version: 1, rules: RULES, base: { ratio }, limits: given });
        if (policy === undefined) throw new Error('no policy');
        const process = createTailProcess(policy);
        for (const step of taken) {
          take(process, step);
          check(process, given.buffered_spans);
        }
        for (const one of process.started.filter(isOpen).toReversed()) {
          process.end(one, { isError: false, name: 'GET', route: '/' });
        }
        process.clock.at += 250;
        process.tail.tick();
        check(process, given.buffered_spans);
        expect(process.tail.counts().undecided).toBe(0);
        // Beyond as many traces as spans may be held, the oldest is forgotten.
        const roots = process.started.filter(({ parent }) => parent === undefined);
        if (roots.length > given.buffered_spans) return;
        const told = process.exported().map(({ attributes }) => Number(attributes['sampling.left_out_spans'] ?? 0));
        expect(process.tail.counts().leftOut).toBe(told.reduce((sum, each) => sum + each, 0));
      },
    ),
    { numRuns: 300 },
  );
});
