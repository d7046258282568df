import { SamplingDecision } from '@opentelemetry/sdk-trace';
import { describe, expect, test } from 'vitest';

import { otOf, sample, TRACE_ID, tracestateOf } from '../test/start-of.ts';
import { alwaysOff } from './always-off.ts';
import { alwaysOn } from './always-on.ts';
import { parentThreshold } from './parent-threshold.ts';
import { probability } from './probability.ts';
import { SamplingOptionError } from './sampling-option-error.ts';

const { NOT_RECORD, RECORD_AND_SAMPLED } = SamplingDecision;
const RV = '7f99aa40c02744';
const byParent = parentThreshold({ root: alwaysOff() });

// https://opentelemetry.io/docs/specs/otel/trace/tracestate-probability-sampling/#parent-based-threshold
describe('of a sampled parent', () => {
  test('the threshold goes on where it explains that the trace is kept', () => {
    // The end of the trace id is 48eb211c80319c.
    const parent = { traceFlags: 1, tracestate: 'ot=th:48eb' };

    expect(sample(byParent, { parent }).decision).toBe(RECORD_AND_SAMPLED);
    expect(otOf(byParent, { parent })?.threshold).toBe('48eb');
  });

  test('the explicit randomness value explains it where there is one', () => {
    const parent = { traceFlags: 1, tracestate: `ot=th:7f99aa40c02744;rv:${RV}` };

    expect(tracestateOf(byParent, { parent })).toBe(parent.tracestate);
  });

  test('an inconsistent threshold is taken out, and the trace stays whole', () => {
    const parent = { traceFlags: 1, tracestate: `ot=th:8;rv:${RV}` };

    expect(sample(byParent, { parent }).decision).toBe(RECORD_AND_SAMPLED);
    expect(tracestateOf(byParent, { parent })).toBe(`ot=rv:${RV}`);
  });

  test('without a threshold the child has none', () => {
    expect(sample(byParent, { parent: { traceFlags: 1 } })).toEqual({ decision: RECORD_AND_SAMPLED });
    expect(tracestateOf(byParent, { parent: { traceFlags: 1, tracestate: 'ot=k:1' } })).toBe('ot=k:1');
  });
});

describe('of a parent that is not sampled', () => {
  test.each(['ot=th:0', 'ot=th:8', 'ot=th:48eb', `ot=th:0;rv:${RV}`])(
    'nothing is kept, and a threshold that was left over is taken out: %s',
    (tracestate) => {
      const parent = { traceFlags: 0, tracestate };

      expect(sample(byParent, { parent }).decision).toBe(NOT_RECORD);
      expect(tracestateOf(byParent, { parent })).not.toContain('th:');
    },
  );

  test('the explicit randomness value stays', () => {
    expect(tracestateOf(byParent, { parent: { traceFlags: 0, tracestate: `ot=th:8;rv:${RV}` } })).toBe(`ot=rv:${RV}`);
  });
});

test.each([true, false])('a local parent decides as a remote one does: remote %s', (isRemote) => {
  expect(sample(byParent, { parent: { traceFlags: 1, isRemote } }).decision).toBe(RECORD_AND_SAMPLED);
  expect(sample(byParent, { parent: { traceFlags: 0, isRemote } }).decision).toBe(NOT_RECORD);
});

test('the root decides where there is no parent', () => {
  const sampler = parentThreshold({ root: probability(0.5) });

  expect(sample(sampler, { traceId: `${TRACE_ID.slice(0, 18)}80000000000000` }).decision).toBe(RECORD_AND_SAMPLED);
  expect(sample(sampler, { traceId: `${TRACE_ID.slice(0, 18)}7fffffffffffff` }).decision).toBe(NOT_RECORD);
});

test('a root that is no sampler of this package fails where it is made', () => {
  for (const root of [undefined, null, {}, { shouldSample: () => ({ decision: 2 }) }]) {
    expect(() => parentThreshold({ root: root as never })).toThrow(SamplingOptionError);
  }
  expect(() => parentThreshold(undefined as never)).toThrow(SamplingOptionError);
  expect(() => parentThreshold({ root: alwaysOn() })).not.toThrow();
});
