import { SpanKind } from '@opentelemetry/api';
import { expect, test } from 'vitest';

import { createTailProcess, type Caller, type TailProcess } from '../../test/tail-process.ts';
import type { PolicyInput } from '../policy/policy-input.ts';
import { readPolicy } from '../policy/read-policy.ts';
import type { EndedSpan } from './ended-span.ts';
import { createPolicyEngine } from './policy-engine.ts';
import { createSpanHolder } from './span-holder.ts';
import { createTraceTable } from './trace-table.ts';

/** Kept at any ratio but 0. */
const HIGH = { traceId: '0af7651916cd43dd84ffffffffffffff', rv: undefined, others: '' };
/** Kept at a ratio of 1 only. */
const LOW = { ...HIGH, traceId: '0af7651916cd43dd8400000000000001' };

const ERRORS: PolicyInput['rules'] = [{ name: 'errors', match: { error: true }, ratio: 1 }];

function processWith(policy: Omit<PolicyInput, 'version'>): TailProcess {
  const reading = readPolicy({ version: 1, ...policy });
  if (reading.policy === undefined) throw new Error(JSON.stringify(reading.problems));
  return createTailProcess(reading.policy);
}

const end = { name: 'GET', route: '/', isError: false };
const fail = { ...end, isError: true };
const caller = (isSampled: boolean, th?: string): Caller => ({ isSampled, th });

const statesOf = ({ exported }: TailProcess): (string | undefined)[] =>
  exported().map((span) => span.spanContext().traceState?.serialize());

test('a trace that enters the process twice is kept by the lower threshold of both starts', () => {
  const process = processWith({ rules: ERRORS, base: { ratio: 0.5 } });
  const outer = process.root(HIGH, '/', undefined);
  const inner = process.root(HIGH, '/', caller(true, '4'));

  process.end(inner, end);
  process.end(outer, end);

  expect(statesOf(process)).toEqual(['ot=th:4', 'ot=th:4']);
});

test('where nothing waits, spans below each start keep its threshold if that is lower', () => {
  const process = processWith({ base: { ratio: 0.5 } });
  const outer = process.root(HIGH, '/', undefined);
  const inner = process.root(HIGH, '/', caller(true, '4'));

  process.end(inner, end);
  process.end(outer, end);

  expect(statesOf(process)).toEqual(['ot=th:4', 'ot=th:8']);
});

test('a caller that repeats what an error has made us tell it does not make the count unknown', () => {
  const process = processWith({ rules: ERRORS, base: { ratio: 0.05 } });
  const outer = process.root(LOW, '/', undefined);
  process.end(process.child(outer), fail);
  process.inject(outer);
  const inner = process.root(LOW, '/', caller(true));

  process.end(inner, end);
  process.end(outer, end);

  expect(statesOf(process)).toEqual(['ot=th:0', 'ot=th:0', 'ot=th:0']);
});

test('a start whose count nobody knows does not hide the threshold of one that keeps all', () => {
  const process = processWith({
    upstream: 'cap',
    rules: [{ name: 'any error', match: { any_span: { error: true } }, ratio: 0.5 }],
  });
  const outer = process.root(HIGH, '/', caller(true));
  const inner = process.root(HIGH, '/', undefined);

  process.end(inner, fail);
  process.end(outer, end);

  expect(statesOf(process)).toEqual(['ot=th:0', 'ot=th:0']);
});

test.each([
  ['a kept trace is kept', fail, end, ['GET', 'late']],
  ['a dropped trace is dropped', end, fail, ['GET']],
])('a late span of %s, though its trace has come back and is decided the other way', (_, first, second, names) => {
  const process = processWith({ rules: ERRORS, base: { ratio: 0 } });
  const root = process.root(LOW, '/', undefined);
  const late = process.child(root);
  process.end(root, first);
  process.tail.decideEnded();

  const back = process.root(LOW, '/', undefined);
  process.end(late, { ...end, name: 'late' });
  process.end(back, second);

  expect(process.exported().map(({ name }) => name)).toEqual(names);
  expect(process.tail.counts()).toMatchObject({ undecided: 0, kept: names.length, sampledOut: 3 - names.length });
});

test('a late span does not end the wait for the spans of its trace that has come back', () => {
  const process = processWith({ rules: ERRORS, base: { ratio: 0 } });
  const root = process.root(LOW, '/', undefined);
  const late = process.child(root);
  process.end(root, end);
  process.tail.decideEnded();

  const back = process.root(LOW, '/', undefined);
  const below = process.child(back);
  process.end(late, end);
  process.end(back, fail);

  expect(process.tail.counts()).toMatchObject({ undecided: 1, sampledOut: 2 });
  process.end(below, end);
  expect(process.tail.counts()).toEqual({ kept: 2, sampledOut: 2, leftOut: 0, undecided: 0 });
});

test('a trace that others were told of is kept at trace_age, before any rule matches', () => {
  const process = processWith({ rules: ERRORS, base: { ratio: 0 } });
  const root = process.root(LOW, '/', undefined);
  process.end(process.child(root), fail);
  process.inject(root);
  process.end(process.child(root), end);
  process.clock.at += 30_000;
  process.tail.tick();

  expect(process.tail.counts()).toMatchObject({ kept: 2, sampledOut: 0 });
  process.end(root, end);
  expect(process.tail.counts()).toMatchObject({ kept: 3, undecided: 0 });
});

test('a late span below an unsampled start follows the decision that a later, sampled start has brought', () => {
  const process = processWith({ rules: ERRORS, base: { ratio: 0 } });
  const outer = process.root(LOW, '/', undefined);
  const late = process.child(outer);
  process.end(process.root(LOW, '/', caller(true)), end);
  process.end(outer, end);
  process.tail.decideEnded();
  const later = process.child(outer);

  process.end(late, end);
  expect(process.tail.isPromoted(LOW.traceId)).toBe(true);
  process.end(later, end);
  expect(process.tail.counts()).toEqual({ kept: 4, sampledOut: 0, leftOut: 0, undecided: 0 });
});

test('where nothing is open, such a trace is still known as kept', () => {
  const process = processWith({ rules: ERRORS, base: { ratio: 0 } });
  const outer = process.root(LOW, '/', undefined);
  process.end(process.root(LOW, '/', caller(true)), end);
  process.end(outer, end);
  const late = process.child(outer);

  process.end(late, end);
  expect(process.tail.counts()).toMatchObject({ kept: 3, sampledOut: 0 });
});

test('a late span of an unsampled start is kept where an earlier start has kept all', () => {
  const process = processWith({ rules: ERRORS, base: { ratio: 1 } });
  const outer = process.root(LOW, '/', undefined);
  const inner = process.root(LOW, '/', caller(false));
  process.end(inner, end);
  process.end(outer, end);

  process.end(process.child(inner), end);
  expect(process.tail.counts()).toMatchObject({ kept: 3, sampledOut: 0 });
});

test('spans are not handed on as they are once an unsampled start has entered a trace that is kept', () => {
  const { policy } = readPolicy({ version: 1, rules: ERRORS });
  if (policy === undefined) throw new Error('no policy');
  const engine = createPolicyEngine(policy, { resource: {}, now: () => 0 });
  const sink = createSpanHolder({ onEnd() {} });
  const table = createTraceTable({ engine, sink, now: () => 0, openSpanIds: () => new Set<string>() });
  const { traceId } = LOW;
  const enter = (traceFlags: number, traceState: string, parentFlags: number | undefined): boolean => {
    table.noteHead({ traceId, engine, rule: 'base', isFollowed: false, isHeadOnly: false, ratio: 1, startRatio: 1 });
    table.rootStarted({ traceId, traceFlags, traceState, parentFlags });
    return table.passesOn(traceId);
  };

  expect([enter(1, 'ot=th:0', undefined), enter(0, '', 0)]).toEqual([true, false]);
});

test('a table in whose place another one decides asks it about what a start would keep, too', () => {
  const { policy } = readPolicy({ version: 1 });
  if (policy === undefined) throw new Error('the policy has problems');
  const table = createTraceTable({
    engine: createPolicyEngine(policy, { resource: {}, now: () => 0 }),
    sink: createSpanHolder({ onEnd() {} }),
    now: () => 0,
    openSpanIds: () => new Set(),
    decideNow: () => ({ isKept: false, threshold: undefined, rule: '' }),
  });
  table.rootStarted({ traceId: HIGH.traceId, traceFlags: 1, traceState: 'ot=th:0', parentFlags: undefined });
  table.decideAll();

  expect(table.isWanted(HIGH.traceId)).toBe(false);
});

test('of a trace that is let go of, the root is never held, and each span is counted once', () => {
  const { policy } = readPolicy({
    version: 1,
    rules: ERRORS,
    base: { ratio: 0.05 },
    budget: { spans_per_second: 100 },
  });
  if (policy === undefined) throw new Error('the policy has problems');
  const engine = createPolicyEngine(policy, { resource: {}, now: () => 0 });
  const counts = { held: 0, refused: 0, discarded: 0, released: 0 };
  const table = createTraceTable<string>({
    engine,
    sink: {
      hold: () => `held ${++counts.held}`,
      pass() {},
      refuse: () => void (counts.refused += 1),
      release: () => void (counts.released += 1),
      discard: () => void (counts.discarded += 1),
      leaveOut() {},
      isNearlyFull: () => false,
    },
    now: () => 0,
    openSpanIds: () => new Set(),
  });
  const spanOf = (traceId: string, spanId: string, parentSpanId: string | undefined): EndedSpan => ({
    traceId,
    spanId,
    parentSpanId,
    isParentRemote: false,
    traceFlags: 0,
    traceState: '',
    name: 'GET',
    kind: SpanKind.SERVER,
    status: { code: 0 },
    durationMillis: 1,
    resource: { attributes: {} },
    attribute: () => undefined,
  });
  const play = (traceId: string): boolean => {
    table.rootStarted({ traceId, traceFlags: 0, traceState: '', parentFlags: undefined });
    table.spanStarted(traceId, 'root');
    table.spanStarted(traceId, 'child', 'root');
    expect(table.letsGo(spanOf(traceId, 'root', undefined))).toBe(false); // the child is open
    table.take(spanOf(traceId, 'child', 'root'));
    table.spanEnded(traceId, false, 'child');
    const root = spanOf(traceId, 'root', undefined);
    const isLetGo = table.letsGo(root);
    if (!isLetGo) table.take(root);
    table.spanEnded(traceId, true, 'root');
    return isLetGo;
  };

  expect([play(LOW.traceId), play(HIGH.traceId)]).toEqual([true, false]);
  expect(counts).toEqual({ held: 3, refused: 1, discarded: 1, released: 2 });
  expect(table.undecided()).toBe(0);
});
