import { createTraceState, ROOT_CONTEXT, SpanStatusCode, trace, TraceFlags, type Context } from '@opentelemetry/api';
import { parseOtMember, probabilityOf } from '@clew/trace-context';
import { TracerProvider, type ReadableSpan } from '@opentelemetry/sdk-trace';
import { expect, test } from 'vitest';

import type { PolicyInput } from '../policy/policy-input.ts';
import { hexOf, mulberry32 } from '../../test/seeded-random.ts';
import { createTailSampler } from './tail-sampler.ts';

const SLOT = 100;

/** Far more comes than 50 spans a second. */
const SCARCE: PolicyInput = {
  version: 1,
  budget: { spans_per_second: 50 },
  rules: [{ name: 'errors', match: { error: true }, ratio: 1 }],
  base: { balance: { by: ['http.route'] } },
};

test('no tenth of a second sees more spans than the budget has for it, whatever comes', () => {
  const process = setUp(SCARCE);
  for (let n = 0; n < 3000; n += 1) {
    process.request({ children: n % 50 === 0 ? 40 : 2, fails: n % 100 === 0 });
    process.advance(n % 500 === 0 ? 700 : 2);
  }
  process.advance(60_000);

  expect(Math.max(...process.perSlot())).toBe(5);
  expect(process.tail.counts().kept).toBeGreaterThan(300);
  expect(process.account()).toEqual({ ended: process.ended(), undecided: 0 });
});

test('kept roots, each 1 / probability times, are as many as there were: all, and those that failed', () => {
  for (const counts of ['exact', 'calibrated'] as const) {
    const sums = { all: 0, failed: 0 };
    const truth = { all: 0, failed: 0 };
    let variance = 0;
    for (let seed = 1; seed <= 12; seed += 1) {
      const process = setUp({ ...SCARCE, budget: { spans_per_second: 50, counts } }, seed);
      for (let n = 0; n < 1500; n += 1) {
        const fails = process.random() < 0.02;
        process.request({ children: process.random() < 0.1 ? 9 : 2, fails, route: `/r${n % 3}` });
        truth.all += 1;
        if (fails) truth.failed += 1;
        process.advance(20);
      }
      process.advance(120_000);
      for (const root of process.roots()) {
        const weight = 1 / probabilityOf(thresholdIn(root) ?? '');
        sums.all += weight;
        variance += weight * (weight - 1);
        if (root.status.code === SpanStatusCode.ERROR) sums.failed += weight;
      }
    }

    expect(Math.abs(sums.all - truth.all)).toBeLessThan(3.5 * Math.sqrt(variance));
    expect(sums.failed / truth.failed).toBeGreaterThan(0.9);
    expect(sums.failed / truth.failed).toBeLessThan(1.1);
  }
});

test('far below the budget each trace is handed on as it ends', () => {
  const process = setUp({ version: 1, budget: { spans_per_second: 1000 } });
  process.request({ children: 3 });

  expect(process.handedOn()).toBe(4);
  expect(thresholdIn(process.roots()[0])).toBe('0');
});

test('kept traces are whole, and a span that ends later follows its trace', () => {
  const process = setUp(SCARCE);
  for (let n = 0; n < 400; n += 1) {
    process.request({ children: 3, detached: true });
    process.advance(10);
  }
  process.advance(10_000);
  process.endDetached();
  process.advance(30_000);

  const sizes = new Map<string, number>();
  for (const span of process.spans()) {
    const { traceId } = span.spanContext();
    sizes.set(traceId, (sizes.get(traceId) ?? 0) + 1);
  }
  expect(sizes.size).toBeGreaterThan(30);
  expect(new Set(sizes.values())).toEqual(new Set([5]));
  expect(process.account()).toEqual({ ended: process.ended(), undecided: 0 });
});

test('a trace that another process was told of is kept, by the threshold that it was told', () => {
  const process = setUp(SCARCE);
  let isWhole = true;
  for (let n = 0; n < 2000; n += 1) {
    process.request({ children: 2, injects: true });
    process.advance(10);
  }
  process.advance(60_000);

  const kept = new Map(process.roots().map((root) => [root.spanContext().traceId, thresholdIn(root)]));
  for (const [traceId, told] of process.told()) if (kept.get(traceId) !== told) isWhole = false;
  expect(isWhole).toBe(true);
  expect(kept.size).toBe(process.told().size);
  expect(Math.max(...process.perSlot())).toBe(5);
});

test('a caller that keeps its trace has this part kept, with the threshold of the caller', () => {
  const process = setUp(SCARCE);
  for (let n = 0; n < 500; n += 1) {
    process.request({ children: 2, caller: n % 20 === 0 ? 'c' : undefined });
    process.advance(10);
  }
  process.advance(30_000);

  const called = process.roots().filter(({ parentSpanContext }) => parentSpanContext !== undefined);
  expect(called.map(thresholdIn)).toEqual(Array.from({ length: 25 }, () => 'c'));
});

test('what a caller keeps with its share is counted by that, where its share limits what is kept here', () => {
  const cases: [PolicyInput['upstream'], number, boolean][] = [
    ['cap', 1, false],
    ['respect', 0.05, true],
  ];
  for (const [upstream, ratio, fails] of cases) {
    const process = setUp({
      version: 1,
      upstream: upstream as 'cap',
      budget: { spans_per_second: 5000 },
      rules: [{ name: 'errors', match: { error: true }, ratio }],
    });
    for (let n = 0; n < 50; n += 1) {
      process.request({ children: 0, caller: 'f', fails });
      process.advance(10);
    }

    expect(process.roots().map(thresholdIn)).toEqual(Array.from({ length: 50 }, () => 'f'));
  }
});

test('a trace of which nobody knows the share that its caller keeps has no count, within a cap either', () => {
  const process = setUp({ ...SCARCE, upstream: 'cap', budget: { spans_per_second: 5000 } });
  process.request({ children: 0, caller: '' });

  expect(process.roots().map(thresholdIn)).toEqual([undefined]);
});

test('traces that fail before they call another process are as many as there were, kept by their start or for the error', () => {
  let [sum, variance, truth] = [0, 0, 0];
  for (let seed = 1; seed <= 4; seed += 1) {
    const process = setUp(
      {
        ...SCARCE,
        rules: [{ name: 'errors', match: { any_span: { error: true } }, ratio: 1 }],
        base: { ratio: 0.5 },
      },
      seed,
    );
    for (let n = 0; n < 3000; n += 1) {
      process.request({ children: 0, fallsShort: n % 4 === 0, injects: n % 4 === 0 });
      if (n % 4 === 0) truth += 1;
      process.advance(10);
    }
    process.advance(60_000);
    for (const root of process.roots().filter(({ name }) => name === 'FAILING')) {
      const weight = 1 / probabilityOf(thresholdIn(root) ?? '');
      sum += weight;
      variance += weight * (weight - 1);
    }
  }

  expect(Math.abs(sum - truth)).toBeLessThan(4 * Math.sqrt(variance));
});

test('spans of a job that outlives its request leave at an even rate', () => {
  const process = setUp(SCARCE);
  const job = process.request({ children: 0 });
  for (let n = 0; n < 300; n += 1) {
    process.work(job);
    process.advance(1);
  }
  process.advance(60_000);

  expect(Math.max(...process.perSlot())).toBe(5);
  expect(process.handedOn()).toBe(301);
  expect(new Set(process.spans().map(thresholdIn))).toEqual(new Set(['0']));
});

test('beside more than the budget that callers keep, little of the rest piles up', () => {
  const process = setUp(SCARCE);
  for (let n = 0; n < 15_000; n += 1) {
    process.request({ children: 0, caller: 'c' });
    if (n % 3 === 0) process.request({ children: 0 });
    process.advance(14);
  }

  expect(process.tail.buffered()).toBeLessThan(20 * 50);
});

test('what a rule keeps beyond the start competes, though others were told, and its count is true', () => {
  for (const counts of ['exact', 'calibrated'] as const) {
    let sum = 0;
    let variance = 0;
    let truth = 0;
    for (let seed = 1; seed <= 6; seed += 1) {
      const policy: PolicyInput = {
        version: 1,
        budget: { spans_per_second: 50, counts },
        rules: [{ name: 'gold', match: { 'http.route': '/gold' }, ratio: 1 }],
        base: { ratio: 0.05 },
      };
      const process = setUp(policy, seed);
      for (let n = 0; n < 2000; n += 1) {
        process.request({ children: 1, route: '/gold', injects: true });
        process.advance(10);
      }
      process.advance(60_000);

      expect(Math.max(...process.perSlot())).toBe(5);
      const kept = new Set(process.roots().map((root) => root.spanContext().traceId));
      for (const traceId of process.told().keys()) expect(kept).toContain(traceId);
      truth += 2000;
      for (const root of process.roots()) {
        const weight = 1 / probabilityOf(thresholdIn(root) ?? '');
        sum += weight;
        variance += weight * (weight - 1);
      }
    }

    expect(Math.abs(sum - truth) / Math.sqrt(variance)).toBeLessThan(3.5);
  }
});

test('a window that is longer than there is room for its spans leaves none of them out', () => {
  const process = setUp({ ...SCARCE, budget: { spans_per_second: 50, burst: '60s' }, limits: { buffered_spans: 500 } });
  for (let n = 0; n < 6000; n += 1) {
    process.request({ children: 1 });
    process.advance(10);
  }
  process.advance(120_000);

  const sum = process.roots().reduce((all, root) => all + 1 / probabilityOf(thresholdIn(root) ?? ''), 0);
  expect(process.tail.counts().leftOut).toBe(0);
  expect(sum / 6000).toBeGreaterThan(0.9);
  expect(sum / 6000).toBeLessThan(1.1);
});

test('two rules keep their relation to each other when both have to give way', () => {
  const process = setUp({
    version: 1,
    budget: { spans_per_second: 100 },
    rules: [{ name: 'gold', match: { 'http.route': '/gold' }, ratio: 1 }],
    base: { ratio: 0.1 },
  });
  for (let n = 0; n < 6000; n += 1) {
    process.request({ children: 2, route: n % 2 === 0 ? '/gold' : '/' });
    process.advance(5);
  }
  process.advance(30_000);

  const golds = process.roots().filter(({ attributes }) => attributes['sampling.rule'] === 'gold').length;
  const others = process.roots().length - golds;
  expect(golds / others).toBeGreaterThan(6);
  expect(golds / others).toBeLessThan(16);
});

test('a budget that a reload brings, changes and takes away loses no span', () => {
  const process = setUp(SCARCE);
  for (const budget of [{ spans_per_second: 20 }, undefined, { spans_per_second: 1, counts: 'calibrated' as const }]) {
    for (let n = 0; n < 300; n += 1) {
      process.request({ children: 1, fails: n % 30 === 0 });
      process.advance(3);
    }
    process.tail.setPolicy({ version: 1, ...(budget !== undefined && { budget }) });
  }
  process.advance(600_000);

  expect(process.account()).toEqual({ ended: process.ended(), undecided: 0 });
});

test('at the end all that waits is decided, and what is kept is handed on', async () => {
  const process = setUp(SCARCE);
  for (let n = 0; n < 500; n += 1) {
    process.request({ children: 2, fails: n % 100 === 0 });
    process.advance(2);
  }
  await process.tail.shutdown();

  expect(process.account()).toEqual({ ended: process.ended(), undecided: 0 });
  expect(process.roots().filter(({ status }) => status.code === SpanStatusCode.ERROR)).toHaveLength(5);
  expect(process.tail.counts().kept).toBeLessThan(150);
});

test('a clock that jumps by an hour, either way, delays nothing for long and loses nothing', () => {
  const process = setUp(SCARCE);
  for (const jump of [3_600_000, -3_600_000, 3_600_000]) {
    for (let n = 0; n < 200; n += 1) {
      process.request({ children: 1 });
      process.advance(3);
    }
    process.jump(jump);
  }
  process.advance(60_000);

  expect(process.account()).toEqual({ ended: process.ended(), undecided: 0 });
});

interface Request {
  readonly children: number;
  readonly fails?: boolean;
  readonly route?: string;
  /** One more child, which ends at `endDetached`. */
  readonly detached?: boolean;
  /** A child fails before anything else happens. */
  readonly fallsShort?: boolean;
  /** Calls another process. */
  readonly injects?: boolean;
  /** Threshold of a caller that keeps the trace; empty where it says none. */
  readonly caller?: string | undefined;
}

// oxlint-disable-next-line max-lines-per-function -- its functions close over one process; none is long
function setUp(policy: PolicyInput, seed = 1) {
  const random = mulberry32(seed);
  const clock = { at: 1000, now: () => clock.at };
  const spans: ReadableSpan[] = [];
  const slots = new Map<number, number>();
  const tail = createTailSampler(policy, {
    clock,
    next: {
      onStart() {},
      onEnd(span) {
        spans.push(span);
        const slot = Math.floor(clock.at / SLOT);
        slots.set(slot, (slots.get(slot) ?? 0) + 1);
      },
      forceFlush: () => Promise.resolve(),
      shutdown: () => Promise.resolve(),
    },
  });
  const hex = (): string => hexOf(random(), 8);
  let traceId = '';
  const provider = new TracerProvider({
    idGenerator: { generateTraceId: () => traceId, generateSpanId: () => `1${hex()}${hex()}`.slice(0, 16) },
    spanProcessors: [tail],
    sampler: tail.sampler,
  });
  const tracer = provider.getTracer('budget');
  const detached: (() => void)[] = [];
  const told = new Map<string, string | undefined>();
  let ended = 0;

  function contextOf(threshold: string | undefined): Context {
    if (threshold === undefined) return ROOT_CONTEXT;
    traceId = `${traceId.slice(0, -14)}ffffffffffffff`;
    return trace.setSpanContext(ROOT_CONTEXT, {
      traceId,
      spanId: '1'.repeat(16),
      traceFlags: TraceFlags.SAMPLED,
      ...(threshold !== '' && { traceState: createTraceState(`ot=th:${threshold}`) }),
      isRemote: true,
    });
  }

  return {
    tail,
    random,
    spans: () => spans,
    roots: () => spans.filter(({ parentSpanContext }) => parentSpanContext === undefined || parentSpanContext.isRemote),
    handedOn: () => spans.length,
    ended: () => ended,
    told: () => told,
    perSlot: () => [...slots.values()],
    account() {
      const { kept, sampledOut, leftOut, undecided } = tail.counts();
      return { ended: kept + sampledOut + leftOut + undecided, undecided };
    },
    request({
      children,
      fails = false,
      route = '/',
      detached: hasDetached = false,
      injects = false,
      ...rest
    }: Request) {
      const { caller, fallsShort = false } = rest;
      traceId = `${hex()}${hex()}${hex()}${hex()}`;
      const context = contextOf(caller);
      const root = tracer.startSpan(fallsShort ? 'FAILING' : 'GET', { attributes: { 'http.route': route } }, context);
      const inside = trace.setSpan(context, root);
      if (fallsShort) {
        tracer.startSpan('work', {}, inside).setStatus({ code: SpanStatusCode.ERROR }).end();
        ended += 1;
      }
      if (hasDetached) {
        const late = tracer.startSpan('late', {}, inside);
        detached.push(() => late.end());
      }
      if (injects) {
        tail.contextInjected(traceId);
        const { traceFlags } = root.spanContext();
        if ((traceFlags & TraceFlags.SAMPLED) !== 0) told.set(traceId, thresholdIn(root as unknown as ReadableSpan));
      }
      for (let n = 0; n < children; n += 1) tracer.startSpan('work', {}, inside).end();
      if (fails) root.setStatus({ code: SpanStatusCode.ERROR });
      root.end();
      ended += children + 1;
      return inside;
    },
    work(context: Context) {
      ended += 1;
      tracer.startSpan('work', {}, context).end();
    },
    endDetached() {
      ended += detached.length;
      for (const end of detached) end();
    },
    advance(millis: number) {
      const end = clock.at + millis;
      while (clock.at < end) {
        clock.at = Math.min(end, (Math.floor(clock.at / SLOT) + 1) * SLOT);
        tail.tick();
      }
    },
    jump(millis: number) {
      clock.at += millis;
      tail.tick();
    },
  };
}

function thresholdIn(span: ReadableSpan | undefined): string | undefined {
  return parseOtMember(span?.spanContext().traceState?.get('ot'))?.threshold;
}
