import { createTraceState, isSpanContextValid, ROOT_CONTEXT, SpanKind, trace, type Context } from '@opentelemetry/api';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  SamplingDecision,
  TracerProvider,
  TraceIdRatioBasedSampler,
  type Sampler,
} from '@opentelemetry/sdk-trace';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { DEFAULTS, type SamplerName } from '../options/options.ts';
import { createSampler, refusedBy } from './sampler.ts';

const ours = (samplerName: SamplerName, samplingRatio = 0.25) =>
  createSampler({ ...DEFAULTS, samplerName, samplingRatio });

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';

interface Parent {
  readonly traceId: string;
  readonly spanId: string;
  readonly traceFlags: number;
  readonly isRemote?: boolean;
  readonly tracestate?: string;
}

/** Includes invalid ids: a context that OpenTelemetry's tracer ignores must not be a parent to the sampler either. */
const parents: fc.Arbitrary<Parent> = fc.record(
  {
    traceId: fc.constantFrom(TRACE_ID, TRACE_ID.toUpperCase(), '0'.repeat(32), 'x'.repeat(32), ''),
    spanId: fc.constantFrom('b7ad6b7169203331', '0'.repeat(16), 'x'.repeat(16), ''),
    traceFlags: fc.nat(3),
    isRemote: fc.boolean(),
    tracestate: fc.constantFrom('', 'rojo=1', 'ot=th:8', 'ot=th:0;rv:00000000000001', 'ot=th:48eb', 'ot=x'),
  },
  { requiredKeys: ['traceId', 'spanId', 'traceFlags'] },
);

function contextOf(parent: Parent | undefined): Context {
  if (parent === undefined) return ROOT_CONTEXT;
  const { tracestate, ...rest } = parent;
  const traceState = tracestate === undefined ? undefined : createTraceState(tracestate);
  return trace.setSpanContext(ROOT_CONTEXT, { ...rest, ...(traceState && { traceState }) });
}

/** The span that OpenTelemetry's tracer makes of it. */
function started(sampler: Sampler, parent: Parent | undefined) {
  const idGenerator = { generateTraceId: () => 'f'.repeat(32), generateSpanId: () => '1'.repeat(16) };
  const provider = new TracerProvider({ sampler, idGenerator });
  const span = provider.getTracer('test').startSpan('work', { kind: SpanKind.SERVER }, contextOf(parent));
  return { isRecording: span.isRecording(), ...span.spanContext() };
}

describe('decides as the sampler of OpenTelemetry does', () => {
  const theirs: readonly (readonly [SamplerName, Sampler])[] = [
    ['always_on', new AlwaysOnSampler()],
    ['always_off', new AlwaysOffSampler()],
    ['parentbased_always_on', new ParentBasedSampler({ root: new AlwaysOnSampler() })],
    ['parentbased_always_off', new ParentBasedSampler({ root: new AlwaysOffSampler() })],
  ];

  test.each(theirs)('%s', (name, sampler) => {
    fc.assert(
      fc.property(fc.option(parents, { nil: undefined }), (parent) => {
        const { traceState: own, ...mine } = started(ours(name), parent);
        const { traceState: other, ...expected } = started(sampler, parent);

        expect(mine).toEqual(expected);
        if (own?.get('ot') === other?.get('ot')) expect(own?.serialize()).toBe(other?.serialize());
      }),
      { numRuns: 500 },
    );
  });

  test('parentbased_traceidratio, where there is a parent', () => {
    const sampler = new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(0.25) });

    fc.assert(
      fc.property(parents, fc.double({ min: 0, max: 1, noNaN: true }), (parent, ratio) => {
        fc.pre(isSpanContextValid(parent));

        const { decision } = asked(sampler, parent);
        expect(asked(ours('parentbased_traceidratio', ratio), parent).decision).toBe(decision);
      }),
    );
  });
});

describe('the ratio samplers', () => {
  const names = ['traceidratio', 'parentbased_traceidratio'] as const;

  test.each(names)('%s says its threshold on what it keeps', (name) => {
    const { isRecording, traceState } = started(ours(name, 0.01), undefined);

    expect([isRecording, traceState?.serialize()]).toEqual([true, 'ot=th:fd70a']);
  });

  test.each(names)('%s takes every ratio that the option does', (name) => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), (ratio) => {
        expect(started(ours(name, ratio), undefined).isRecording).toBe(ratio > 0);
      }),
    );
  });
});

test('the default adds no tracestate, and keeps that of the caller', () => {
  const parent = { traceId: TRACE_ID, spanId: 'b7ad6b7169203331', traceFlags: 3, isRemote: true };
  const tracestateOf = (tracestate?: string) =>
    started(createSampler(DEFAULTS), { ...parent, ...(tracestate !== undefined && { tracestate }) }).traceState;

  expect(started(createSampler(DEFAULTS), undefined).traceState).toBeUndefined();
  expect(tracestateOf()).toBeUndefined();
  expect(tracestateOf('rojo=1,ot=th:48eb')?.serialize()).toBe('rojo=1,ot=th:48eb');
});

test('a threshold that no longer holds does not travel on', () => {
  const caller = (traceFlags: number) => ({
    traceId: TRACE_ID,
    spanId: 'b7ad6b7169203331',
    traceFlags,
    tracestate: 'rojo=1,ot=th:8',
  });

  for (const [name, traceFlags] of [
    ['always_off', 1],
    ['parentbased_always_on', 0],
    ['parentbased_always_on', 1], // the end of the trace id is less than 8
    ['always_on', 1],
  ] as const) {
    expect(started(ours(name), caller(traceFlags)).traceState?.serialize()).toBe('rojo=1');
  }
});

test('a policy decides in place of the sampler that the options name, also about what that would refuse ahead', () => {
  const policy = { sampler: new AlwaysOnSampler() };
  const unsampled = { traceId: TRACE_ID, spanId: 'b7ad6b7169203331', traceFlags: 0 };

  expect(createSampler(DEFAULTS, policy)).toBe(policy.sampler);
  expect([refusedBy(DEFAULTS)?.(unsampled), refusedBy(DEFAULTS, policy)]).toEqual([true, undefined]);
});

function asked(sampler: Sampler, parent: Parent) {
  const result = sampler.shouldSample(contextOf(parent), parent.traceId, 'work', SpanKind.SERVER, {}, []);
  expect(result.decision).not.toBe(SamplingDecision.RECORD);
  return result;
}
