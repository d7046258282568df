import { ROOT_CONTEXT, SpanStatusCode, trace, TraceFlags } from '@opentelemetry/api';
import { parseOtMember, probabilityOf } from '@clew/trace-context';
import { TracerProvider, type ReadableSpan } from '@opentelemetry/sdk-trace';
import { expect, test } from 'vitest';

import type { PolicyInput } from '../policy/policy-input.ts';
import { hexOf, mulberry32 } from '../../test/seeded-random.ts';
import { createTailSampler } from './tail-sampler.ts';

const SEEDS = 20;
const TRACES = 10_000;

const POLICY: PolicyInput = {
  version: 1,
  upstream: 'respect-sampled',
  head: [{ name: 'writes', match: { path: '/write' }, ratio: 0.3 }],
  rules: [
    { name: 'errors', match: { error: true }, ratio: 1 },
    { name: 'checkout', match: { route: '/checkout' }, ratio: 0.5 },
  ],
  base: { ratio: 0.1 },
};

/** Kinds of roots whose numbers are estimated. */
const KINDS = {
  roots: () => true,
  errors: ({ status }: ReadableSpan) => status.code === SpanStatusCode.ERROR,
  checkouts: ({ attributes }: ReadableSpan) => attributes['http.route'] === '/checkout',
  writes: ({ attributes }: ReadableSpan) => attributes['url.path'] === '/write',
  second: ({ parentSpanContext }: ReadableSpan) => parentSpanContext !== undefined,
};
type Kind = keyof typeof KINDS;

test('the exported roots, each 1 / probability times, are as many as there were, by any kind', () => {
  const sums = new Map<Kind, Estimate>();
  for (let seed = 1; seed <= SEEDS; seed += 1) sample(seed, sums);

  for (const [kind, { truth, estimate, variance }] of sums) {
    const z = (estimate - truth) / Math.sqrt(Math.max(variance, 1));
    expect({ kind, isRight: Math.abs(z) < 4, isSampled: variance > 0 || kind === 'errors' }).toEqual({
      kind,
      isRight: true,
      isSampled: true,
    });
  }
  expect(sums.get('errors')?.estimate).toBe(sums.get('errors')?.truth);
});

interface Estimate {
  truth: number;
  estimate: number;
  variance: number;
}

/** Traces of one root, or of two: one in the other, or one after the other. */
function sample(seed: number, sums: Map<Kind, Estimate>): void {
  const random = mulberry32(seed);
  const count = (span: ReadableSpan, add: (sum: Estimate) => void): void => {
    for (const kind of Object.keys(KINDS) as Kind[]) {
      const sum = sums.get(kind) ?? { truth: 0, estimate: 0, variance: 0 };
      sums.set(kind, sum);
      if (KINDS[kind](span)) add(sum);
    }
  };
  const tail = createTailSampler(POLICY, {
    clock: { now: () => 0 },
    next: {
      onStart() {},
      onEnd(span) {
        const th = parseOtMember(span.spanContext().traceState?.get('ot'))?.threshold;
        const weight = th === undefined ? Number.NaN : 1 / probabilityOf(th);
        count(span, (sum) => {
          sum.estimate += weight;
          sum.variance += weight * (weight - 1);
        });
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
  const tracer = provider.getTracer('estimates');
  const start = (isSecond: boolean): ReadableSpan & { end(): void } => {
    const caller = { traceId, spanId: '1'.repeat(16), traceFlags: TraceFlags.NONE, isRemote: true };
    const context = isSecond ? trace.setSpanContext(ROOT_CONTEXT, caller) : ROOT_CONTEXT;
    const attributes = { 'url.path': random() < 0.1 ? '/write' : '/' };
    const span = tracer.startSpan('GET', { attributes }, context) as unknown as ReadableSpan & RecordingSpan;
    if (random() < 0.1) span.setAttribute('http.route', '/checkout');
    if (random() < 0.02) span.setStatus({ code: SpanStatusCode.ERROR });
    count(span, (sum) => (sum.truth += 1));
    return span;
  };
  for (let n = 0; n < TRACES; n += 1) {
    traceId = `${hex()}${hex()}${hex()}${hex()}`;
    const shape = random();
    const first = start(false);
    const second = shape < 0.1 ? start(true) : undefined;
    second?.end();
    first.end();
    if (shape > 0.9) start(true).end();
  }
}

interface RecordingSpan {
  setAttribute(key: string, value: string): void;
  setStatus(status: { code: SpanStatusCode }): void;
  end(): void;
}
