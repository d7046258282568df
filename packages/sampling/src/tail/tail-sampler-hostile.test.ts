// What nobody should do to a tail sampler, and what it does then.
import {
  createTraceState,
  diag,
  DiagLogLevel,
  ROOT_CONTEXT,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Span,
} from '@opentelemetry/api';
import { TracerProvider, type ReadableSpan, type SpanProcessor } from '@opentelemetry/sdk-trace';
import { afterEach, expect, test } from 'vitest';

import type { PolicyInput } from '../policy/policy-input.ts';
import { SamplingOptionError } from '../sampling-option-error.ts';
import { createTailSampler, type TailSampler } from './tail-sampler.ts';

const LOW = '0af7651916cd43dd8400000000000001';
const HIGH = '0af7651916cd43dd84ffffffffffffff';
const ERRORS: PolicyInput = {
  version: 1,
  rules: [{ name: 'errors', match: { error: true }, ratio: 1 }],
  base: { ratio: 0 },
};

interface SetUp {
  readonly tail: TailSampler;
  readonly clock: { at: number; now(): number };
  readonly exported: ReadableSpan[];
  root(name?: string, traceId?: string): Span;
  /** A root whose parent is in another process, which does not keep the trace. */
  entry(name: string, traceState?: string): Span;
  child(parent: Span, name?: string): Span;
}

function setUp(policy: PolicyInput, next: Partial<SpanProcessor> = {}, spanIdOf?: () => string): SetUp {
  const exported: ReadableSpan[] = [];
  const clock = { at: 1e6, now: () => clock.at };
  const tail = createTailSampler(policy, {
    clock,
    next: {
      onStart() {},
      onEnd: (span) => void exported.push(span),
      forceFlush: () => Promise.resolve(),
      shutdown: () => Promise.resolve(),
      ...next,
    },
  });
  let traceId = LOW;
  let ids = 0;
  const generateSpanId = spanIdOf ?? (() => (++ids).toString(16).padStart(16, '0'));
  const provider = new TracerProvider({
    idGenerator: { generateTraceId: () => traceId, generateSpanId },
    spanProcessors: [tail],
    sampler: tail.sampler,
  });
  const tracer = provider.getTracer('hostile');
  return {
    tail,
    clock,
    exported,
    root(name = 'GET', id = LOW) {
      traceId = id;
      return tracer.startSpan(name, {}, ROOT_CONTEXT);
    },
    entry(name, state = '') {
      const traceState = createTraceState(state);
      const caller = { traceId: LOW, spanId: 'c'.repeat(16), traceFlags: TraceFlags.NONE, traceState, isRemote: true };
      return tracer.startSpan(name, {}, trace.setSpanContext(ROOT_CONTEXT, caller));
    },
    child: (parent, name = 'child') => tracer.startSpan(name, {}, trace.setSpan(ROOT_CONTEXT, parent)),
  };
}

const fail = (span: Span): Span => span.setStatus({ code: SpanStatusCode.ERROR });

function tellings(): unknown[][] {
  const told: unknown[][] = [];
  const note = (...args: unknown[]): void => void told.push(args);
  const logger = { error: note, warn: note, info: note, debug: note, verbose: note };
  diag.setLogger(logger, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
  return told;
}

afterEach(() => diag.disable());

test.each([3_600_000, -3_600_000, Number.NaN, Number.POSITIVE_INFINITY])(
  'a clock that jumps by %d decides earlier or later, and loses nothing',
  (jump) => {
    const { root, child, clock, tail, exported } = setUp(ERRORS);
    const lingering = fail(root('lingering', LOW.replace('0af', '1af')));
    const late = child(lingering);
    lingering.end();
    const open = root('open', LOW.replace('0af', '2af'));
    const before = clock.at;
    clock.at += jump;
    tail.tick();
    const during = fail(root('during', LOW.replace('0af', '3af')));
    clock.at = before;
    tail.tick();

    late.end();
    during.end();
    fail(open).end();
    clock.at += 250;
    tail.tick();

    expect(exported.map(({ name }) => name).sort()).toEqual(['child', 'during', 'lingering', 'open']);
    expect(tail.counts()).toEqual({ kept: 4, sampledOut: 0, leftOut: 0, undecided: 0 });
  },
);

test('spans whose ids are all zero are counted, each once', () => {
  const { root, child, clock, tail } = setUp(ERRORS, {}, () => '0'.repeat(16));
  const outer = root('outer', '0'.repeat(32));
  const inner = child(outer);
  inner.end();
  outer.end();
  fail(root('another', '0'.repeat(32))).end();
  clock.at += 250;
  tail.tick();

  expect(tail.counts()).toEqual({ kept: 1, sampledOut: 2, leftOut: 0, undecided: 0 });
});

test('ids in capital letters are as random as small ones', () => {
  const policy: PolicyInput = { version: 1, rules: ERRORS.rules ?? [], base: { ratio: 0.5 } };
  const { root, exported } = setUp(policy);
  for (const end of ['80000000000000', '7FFFFFFFFFFFFF', 'ABCDEFABCDEFAB', 'abcdefabcdefab']) {
    root(end, `0AF7651916CD43DD84${end}`).end();
  }

  expect(exported.map(({ name }) => name)).toEqual(['80000000000000', 'ABCDEFABCDEFAB', 'abcdefabcdefab']);
});

test('a function of a rule that throws does not match, which is said once', () => {
  const told = tellings();
  const policy: PolicyInput = {
    ...ERRORS,
    rules: [
      ...(ERRORS.rules ?? []),
      {
        name: 'broken',
        match: () => {
          throw new Error('no such tenant');
        },
        ratio: 1,
      },
    ],
  };
  const { root, exported } = setUp(policy);
  for (const name of ['first', 'second']) root(name).end();
  fail(root('failing')).end();

  expect(exported.map(({ name }) => name)).toEqual(['failing']);
  expect(told.map(([message]) => message)).toEqual(['sampling rule broken failed; taking it as not matching']);
});

test('a processor that throws at each start and end breaks no span, which is said once of both', () => {
  const told = tellings();
  const broken = (): void => {
    throw new Error('disk full');
  };
  const { root, tail } = setUp(ERRORS, { onStart: broken, onEnding: broken, onEnd: broken });
  fail(root()).end();
  fail(root()).end();

  expect(tail.counts()).toEqual({ kept: 2, sampledOut: 0, leftOut: 0, undecided: 0 });
  expect(told.map(([message]) => message)).toEqual([
    'a span processor behind the tail sampler failed at the start of a span; later failures stay silent',
    'a span processor behind the tail sampler failed at the end of a span; later failures stay silent',
  ]);
});

test('a processor that cannot flush is the error of whoever asked it to; all is decided before it shuts down', async () => {
  const full = new Error('disk full');
  const { root, tail, exported } = setUp(ERRORS, {
    forceFlush() {
      throw full;
    },
    shutdown: () => Promise.reject(full),
  });
  const open = root();
  fail(root('failing')).end();

  await expect(tail.forceFlush()).rejects.toBe(full);
  await expect(tail.shutdown()).rejects.toBe(full);
  open.end();
  expect(exported.map(({ name }) => name)).toEqual(['failing', 'GET']);
  expect(tail.counts().undecided).toBe(0);
});

test('a span that a processor ends a second time ends no wait for others', () => {
  const { root, child, tail, exported } = setUp(ERRORS);
  const outer = root('outer');
  const inner = child(outer);
  inner.end();
  tail.onEnd(inner as Span & ReadableSpan);
  tail.onEnd(inner as Span & ReadableSpan);
  const failing = child(outer);
  const between = tail.counts();
  fail(outer).end();
  const waiting = tail.counts();
  failing.end();

  expect([between.undecided, waiting.undecided]).toEqual([3, 4]);
  expect(exported.at(-1)?.spanContext().spanId).toBe(failing.spanContext().spanId);
  expect(tail.counts()).toEqual({ kept: 5, sampledOut: 0, leftOut: 0, undecided: 0 });
});

test('a span whose start was not told is decided as one that is late', () => {
  const other = setUp({ version: 1 });
  const { tail, exported } = setUp(ERRORS);
  const sampled = other.root('sampled', LOW) as Span & ReadableSpan;
  const unsampled = setUp(ERRORS).root('unsampled', LOW) as Span & ReadableSpan;
  for (const span of [sampled, unsampled]) {
    span.end();
    tail.onEnd(span);
  }

  expect(exported.map(({ name }) => name)).toEqual(['sampled']);
  expect(tail.counts()).toEqual({ kept: 1, sampledOut: 1, leftOut: 0, undecided: 0 });
});

test('a processor that ends spans of its own as it takes others loses none of them', () => {
  let isInside = false;
  const seen: string[] = [];
  const { root, child, tail } = setUp(
    { ...ERRORS, base: { ratio: 0.5 }, limits: { buffered_spans: 4 } },
    {
      onEnd(span) {
        seen.push(span.name);
        if (isInside) return;
        isInside = true;
        root(`own span at ${span.name}`, `2${HIGH.slice(1)}`).end();
        isInside = false;
      },
    },
  );
  const roots = [3, 4, 5].map((n) => root(`root ${n}`, `${n}${HIGH.slice(1)}`));
  const children = roots.flatMap((one, n) => [child(one, `first of ${n}`), child(one, `second of ${n}`)]);
  for (const one of [...children, ...roots]) one.end();

  expect(new Set(seen).size).toBe(seen.length);
  expect(seen.filter((name) => !name.startsWith('own'))).toHaveLength(9);
  expect(tail.counts()).toEqual({ kept: seen.length, sampledOut: 0, leftOut: 0, undecided: 0 });
});

test('10,000 roots that never end hold nothing beyond trace_age', () => {
  const { root, child, clock, tail, exported } = setUp(ERRORS);
  const roots: Span[] = [];
  for (let n = 0; n < 10_000; n += 1) {
    const one = root('loop', n.toString(16).padStart(32, '1'));
    child(one).end();
    roots.push(one);
  }
  const held = tail.buffered();
  clock.at += 30_000;
  tail.tick();

  expect([held, tail.buffered()]).toEqual([10_000, 0]);
  for (const one of roots) fail(child(one)).end();
  clock.at += 30_000;
  tail.tick();
  expect(tail.buffered()).toBe(0);
  for (const one of roots) fail(one).end();
  expect(exported.filter(({ name }) => name === 'loop')).toHaveLength(10_000);
  expect(tail.counts()).toMatchObject({ undecided: 0, leftOut: 0 });
});

test('200,000 spans of a trace without a root are not held', () => {
  const { child, tail } = setUp(ERRORS, { onEnd() {} });
  const parent = trace.wrapSpanContext({ traceId: LOW, spanId: '1'.repeat(16), traceFlags: TraceFlags.SAMPLED });
  for (let n = 0; n < 200_000; n += 1) child(parent).end();

  expect(tail.buffered()).toBe(0);
  expect(tail.counts()).toEqual({ kept: 200_000, sampledOut: 0, leftOut: 0, undecided: 0 });
});

test('what is below a root that the head refuses is not recorded, whatever becomes of other roots of its trace', () => {
  const { entry, child, exported, tail } = setUp({
    ...ERRORS,
    head: [{ name: 'probes', match: { name: 'probe' }, ratio: 0 }],
  });
  const orders = entry('orders');
  const probe = entry('probe');
  const refused = [child(probe), child(child(probe))];
  const areRecorded = refused.some((span) => span.isRecording());
  const sibling = child(orders, 'query');
  sibling.end();
  const afterItsParent = child(sibling, 'callback');
  for (const span of [...refused, probe, afterItsParent, fail(orders)]) span.end();
  const late = child(entry('probe'));
  late.end();

  expect(areRecorded).toBe(false);
  expect(exported.map(({ name }) => name)).toEqual(['query', 'callback', 'orders']);
  expect(tail.counts()).toEqual({ kept: 3, sampledOut: 0, leftOut: 0, undecided: 0 });
});

test('a span below the bare context of a recorded one is recorded', () => {
  const { entry, child, exported } = setUp(ERRORS);
  const orders = entry('orders');
  child(trace.wrapSpanContext(orders.spanContext()), 'query').end();
  fail(orders).end();

  expect(exported.map(({ name }) => name)).toEqual(['query', 'orders']);
});

test.each([['first', 'second'] as const, ['second', 'first'] as const])(
  'where callers give one trace several randomness values, no span has a threshold that its own does not pass: %s ends',
  (...order) => {
    const { entry, child, exported } = setUp({ ...ERRORS, upstream: 'ignore', base: { ratio: 0.5 } });
    const roots = { first: entry('first', 'ot=rv:ffffffffffffff'), second: entry('second') };
    child(roots.second, 'child of second').end();
    for (const name of order) roots[name].end();

    const said = exported.map((span) => [span.name, span.spanContext().traceState?.get('ot')]);
    expect(Object.fromEntries(said)).toEqual({
      first: 'th:8;rv:ffffffffffffff',
      second: undefined,
      'child of second': undefined,
    });
  },
);

test('what is below a span that was refused as its trace was dropped is not recorded in the next stay of the trace', () => {
  const { root, entry, child, exported } = setUp({ ...ERRORS, limits: { buffered_spans: 10 } });
  const first = entry('first');
  child(first).end();
  const other = root('other', HIGH);
  for (let n = 0; n < 10; n += 1) child(other).end(); // which leaves no room for the first
  const refused = child(first, 'refused');
  const isRecorded = refused.isRecording();
  for (const span of [first, other]) span.end();
  const second = entry('second');
  child(refused, 'below refused').end();
  fail(second).end();

  expect(isRecorded).toBe(false);
  expect(exported.map(({ name }) => name)).toEqual(['second']);
});

test.each([undefined, null, 7, 'version: 2', []])('%j in place of a policy is said as such', (policy) => {
  const { tail } = setUp(ERRORS);

  expect(() => tail.setPolicy(policy as never)).toThrow(SamplingOptionError);
});
