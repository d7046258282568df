// With OpenTelemetry's SDK as it comes.
import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, TraceFlags, type Context, type Span } from '@opentelemetry/api';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider, type IdGenerator } from '@opentelemetry/sdk-trace';
import { expect, test } from 'vitest';

import type { PolicyInput } from '../policy/policy-input.ts';
import { createTailSampler, type TailSampler } from './tail-sampler.ts';

/** Kept at any ratio but 0. */
const HIGH = '0af7651916cd43dd84ffffffffffffff';
/** Kept at a ratio of 1 only. */
const LOW = '0af7651916cd43dd8400000000000001';

const ERRORS_ONLY: PolicyInput = {
  version: 1,
  rules: [{ name: 'errors', match: { error: true }, ratio: 1 }],
  base: { ratio: 0.05 },
};

interface SetUp {
  readonly tail: TailSampler;
  readonly clock: { at: number; now(): number };
  /** Starts a local root. */
  root(name: string, options?: { traceId?: string; remote?: Context; attributes?: Record<string, string> }): Span;
  child(name: string, parent: Span): Span;
  /** Names of exported spans. */
  names(): string[];
  exported(): ReturnType<InMemorySpanExporter['getFinishedSpans']>;
}

function setUp(policy: PolicyInput, withSampler = true): SetUp {
  const exporter = new InMemorySpanExporter();
  const clock = { at: 1000, now: () => clock.at };
  const tail = createTailSampler(policy, { clock, next: new SimpleSpanProcessor({ exporter }) });
  let traceId = LOW;
  let spans = 0;
  const idGenerator: IdGenerator = {
    generateTraceId: () => traceId,
    generateSpanId: () => (++spans).toString(16).padStart(16, '0'),
  };
  const provider = new TracerProvider({
    idGenerator,
    spanProcessors: [tail],
    ...(withSampler && { sampler: tail.sampler }),
  });
  const tracer = provider.getTracer('shop');
  return {
    tail,
    clock,
    root(name, { traceId: id = LOW, remote = ROOT_CONTEXT, attributes = {} } = {}) {
      traceId = id;
      return tracer.startSpan(name, { kind: SpanKind.SERVER, attributes }, remote);
    },
    child: (name, parent) => tracer.startSpan(name, {}, trace.setSpan(ROOT_CONTEXT, parent)),
    names: () => exporter.getFinishedSpans().map(({ name }) => name),
    exported: () => exporter.getFinishedSpans(),
  };
}

const fail = (span: Span): Span => span.setStatus({ code: SpanStatusCode.ERROR });

function remote(traceFlags: number, traceId = LOW): Context {
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId: 'b7ad6b7169203331', traceFlags, isRemote: true });
}

test('a trace with an error is whole, sampled, and stands for one; another one is gone', () => {
  const { root, child, exported, tail } = setUp(ERRORS_ONLY);
  for (const name of ['failing', 'fine']) {
    const server = root(name);
    child(`query of ${name}`, server).end();
    if (name === 'failing') fail(server);
    server.end();
  }

  const seen = exported().map((span) => ({
    name: span.name,
    flags: span.spanContext().traceFlags,
    state: span.spanContext().traceState?.serialize(),
    rule: span.attributes['sampling.rule'],
  }));
  expect(seen).toEqual([
    { name: 'query of failing', flags: 1, state: 'ot=th:0', rule: undefined },
    { name: 'failing', flags: 1, state: 'ot=th:0', rule: 'errors' },
  ]);
  expect(tail.counts()).toEqual({ kept: 2, sampledOut: 2, leftOut: 0, undecided: 0 });
});

test('what base keeps carries the threshold of base, unless a rule keeps more', () => {
  const { root, exported } = setUp(ERRORS_ONLY);
  root('fine', { traceId: HIGH }).end();
  fail(root('failing', { traceId: HIGH })).end();

  const seen = exported().map((span) => [span.spanContext().traceState?.serialize(), span.attributes['sampling.rule']]);
  expect(seen).toEqual([
    ['ot=th:f3333', 'base'],
    ['ot=th:0', 'errors'],
  ]);
});

test('with a sampler that knows no policy the decisions are the same', () => {
  const { root, names } = setUp(ERRORS_ONLY, false);
  root('fine').end();
  fail(root('failing')).end();
  root('kept by base', { traceId: HIGH }).end();

  expect(names()).toEqual(['failing', 'kept by base']);
});

test('a span that outlives its root is waited for, and no longer than the linger', () => {
  const { root, child, clock, names, tail } = setUp(ERRORS_ONLY);
  const server = fail(root('failing'));
  const [soon, late] = [child('soon', server), child('late', server)];
  server.end();
  soon.end();
  const before = names();

  clock.at += 249;
  tail.tick();
  const stillWaiting = tail.buffered();
  clock.at += 1;
  tail.tick();
  const decided = names();
  late.end();

  expect([before, stillWaiting, decided]).toEqual([[], 2, ['failing', 'soon']]);
  expect(names()).toEqual(['failing', 'soon', 'late']);
});

test('a late span of a dropped trace is never exported', () => {
  const { root, child, clock, names, tail } = setUp(ERRORS_ONLY);
  const server = root('fine');
  const late = fail(child('late', server));
  server.end();
  clock.at += 250;
  tail.tick();
  late.end();

  expect(names()).toEqual([]);
  expect(tail.counts()).toMatchObject({ sampledOut: 2, undecided: 0 });
});

test('a trace that enters the process twice is decided once, when all of it has ended', () => {
  const { root, child, names } = setUp(ERRORS_ONLY);
  const outer = root('outer');
  const call = child('call', outer);
  const inner = fail(root('inner', { remote: remote(TraceFlags.NONE) }));
  inner.end();
  const between = names();
  call.end();
  outer.end();

  expect(between).toEqual([]);
  expect(names()).toEqual(['inner', 'call', 'outer']);
});

test('what a caller keeps is kept, by any of its thresholds', () => {
  const { root, exported } = setUp(ERRORS_ONLY);
  root('of a caller', { remote: remote(TraceFlags.SAMPLED) }).end();

  const [span] = exported();
  expect(span?.attributes['sampling.rule']).toBe('upstream');
  expect(span?.spanContext().traceState?.serialize()).toBeUndefined();
});

test('from the first error on other processes are told that the trace is sampled, and then it is kept', () => {
  const { root, child, names, tail } = setUp(ERRORS_ONLY);
  const server = root('recovers');
  const before = tail.isPromoted(LOW);
  fail(child('first try', server)).end();
  const after = tail.isPromoted(LOW);
  tail.contextInjected(LOW);
  server.end();

  expect([before, after]).toEqual([false, true]);
  expect(names()).toEqual(['first try', 'recovers']);
});

test('a promise that nobody heard binds nobody', () => {
  const { root, child, names } = setUp(ERRORS_ONLY);
  const server = root('recovers');
  fail(child('first try', server)).end();
  server.end();

  expect(names()).toEqual([]);
});

test('a rule that drops wins, unless another process was told that the trace is sampled', () => {
  const policy: PolicyInput = { version: 1, rules: [{ name: 'empty', match: { name: 'empty*' }, drop: true }] };
  const { root, names, tail } = setUp(policy);
  root('empty').end();
  const promised = root('empty but promised');
  tail.contextInjected(LOW);
  promised.end();

  expect(names()).toEqual(['empty but promised']);
});

test('what a head rule refuses is not recorded', () => {
  const policy: PolicyInput = {
    ...ERRORS_ONLY,
    head: [{ name: 'probes', match: { path: '/healthz' }, ratio: 0 }],
  };
  const { root, child } = setUp(policy);
  const probe = root('GET', { attributes: { 'url.path': '/healthz' } });
  const ofCaller = root('GET', { attributes: { 'url.path': '/healthz' }, remote: remote(TraceFlags.NONE) });

  expect([probe, child('query', probe), ofCaller].map((span) => span.isRecording())).toEqual([false, false, false]);
});

test('a trace older than trace_age is decided as it is, and what follows in it is judged by itself', () => {
  const { root, child, clock, names, tail } = setUp(ERRORS_ONLY);
  const loop = root('loop');
  child('first job', loop).end();
  clock.at += 30_000;
  tail.tick();
  const dropped = tail.counts();

  fail(child('second job', loop)).end();
  fail(loop).end();

  expect(dropped).toMatchObject({ sampledOut: 1, undecided: 0 });
  expect(names()).toEqual(['second job', 'loop']);
});

test('once a part of a long trace is kept, the rest is handed on as it ends', () => {
  const policy: PolicyInput = {
    version: 1,
    rules: [{ name: 'errors', match: { any_span: { error: true } }, ratio: 1 }],
    base: { ratio: 0 },
  };
  const { root, child, clock, names, tail } = setUp(policy);
  const loop = root('loop');
  fail(child('first job', loop)).end();
  clock.at += 30_000;
  tail.tick();
  const early = names();
  child('second job', loop).end();
  loop.end();

  expect(early.length).toBeLessThan(2);
  expect(names()).toEqual(['first job', 'second job', 'loop']);
});

test('a sampled span below an ended one is kept, though its trace has come back unsampled meanwhile', () => {
  const { root, child, names } = setUp(ERRORS_ONLY);
  const first = root('first', { traceId: HIGH });
  first.end();
  const second = root('second', { traceId: HIGH, remote: remote(TraceFlags.NONE, HIGH) });
  child('late', first).end();
  second.end();

  expect(names()).toEqual(['first', 'late']);
});

test('a span whose parent was let go at an earlier age is let go with it', () => {
  const { root, child, clock, names, tail } = setUp(ERRORS_ONLY);
  const loop = root('loop');
  const gone = child('gone', loop);
  const orphan = child('orphan', gone);
  const grandchild = child('grandchild', orphan);
  gone.end();
  clock.at += 30_000;
  tail.tick();
  grandchild.end();
  orphan.end();
  fail(loop).end();

  expect(names()).toEqual(['loop']);
});

test('shutdown decides what is left, and an end after that follows it', async () => {
  const { root, child, names, tail } = setUp(ERRORS_ONLY);
  const server = root('unfinished');
  fail(child('query', server)).end();
  await tail.shutdown();

  expect(tail.counts()).toEqual({ kept: 0, sampledOut: 1, leftOut: 0, undecided: 0 });
  server.end();
  expect(names()).toEqual([]);
});

test('a trace of 100,000 spans keeps 2,000, its errors, and the parents of both', () => {
  const { root, child, names, exported, tail } = setUp(ERRORS_ONLY);
  const server = root('huge');
  const parent = child('parent of one', server);
  child('early', parent).end();
  for (let n = 0; n < 99_996; n += 1) child('query', server).end();
  fail(child('failing query', server)).end();
  parent.end();
  fail(server).end();

  expect(names().filter((name) => name === 'query')).toHaveLength(1999);
  expect(names()).toEqual(expect.arrayContaining(['early', 'failing query', 'parent of one', 'huge']));
  expect(exported().at(-1)?.attributes['sampling.left_out_spans']).toBe(97_997);
  expect(tail.counts()).toEqual({ kept: 2003, sampledOut: 0, leftOut: 97_997, undecided: 0 });
});

test('when too many spans wait, new traces are recorded only as their start decides, and the oldest is decided so too', () => {
  const { root, child, names, tail } = setUp({ ...ERRORS_ONLY, limits: { buffered_spans: 10 } });
  const slow = root('slow');
  for (let n = 0; n < 8; n += 1) child('query', slow).end();
  const refused = root('new', { traceId: LOW.replace('0af', '1af') });
  const accepted = fail(root('accepted', { traceId: HIGH }));
  accepted.end();
  for (let n = 0; n < 3; n += 1) child('query', slow).end();
  fail(slow).end();

  expect(refused.isRecording()).toBe(false);
  expect(names()).toEqual(['accepted']);
  expect(tail.counts()).toMatchObject({ undecided: 0, sampledOut: 12 });
});
