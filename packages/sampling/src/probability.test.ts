import { diag, type DiagLogger } from '@opentelemetry/api';
import { SamplingDecision } from '@opentelemetry/sdk-trace';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { otOf, sample, TRACE_ID, tracestateOf } from '../test/start-of.ts';
import { alwaysOff } from './always-off.ts';
import { alwaysOn } from './always-on.ts';
import { parentThreshold } from './parent-threshold.ts';
import { probability } from './probability.ts';
import { SamplingOptionError } from './sampling-option-error.ts';

const { NOT_RECORD, RECORD_AND_SAMPLED } = SamplingDecision;
const endingIn = (end: string) => TRACE_ID.slice(0, -14) + end;
const HIGHEST = 'ffffffffffffff';

// The consistent samplers of OpenTelemetry's SDKs have these cases among their tests.
test.each([
  ['everything, no explicit randomness', alwaysOn(), 1, undefined, true, '0'],
  ['everything, explicit randomness', alwaysOn(), 1, 'rv:7f99aa40c02744', true, '0'],
  ['nothing', alwaysOff(), 1, 'th:8', false, undefined],
  ['half, just below', probability(0.5), 1, 'rv:7fffffffffffff', false, undefined],
  ['half, just there', probability(0.5), 0, 'rv:80000000000000', true, '8'],
  ['all of what came by another threshold', probability(1), 0, 'th:8;rv:80000000000000', true, '0'],
])('%s', (_, sampler, traceFlags, ot, isKept, threshold) => {
  const parent = { traceFlags: traceFlags | 2, ...(ot !== undefined && { tracestate: `ot=${ot}` }) };

  expect(sample(sampler, { parent }).decision).toBe(isKept ? RECORD_AND_SAMPLED : NOT_RECORD);
  expect(otOf(sampler, { parent })?.threshold).toBe(threshold);
  const rv = /rv:(\w+)/.exec(ot ?? '')?.[1];
  expect(otOf(sampler, { parent })?.randomness).toBe(rv);
});

test('the threshold has four digits', () => {
  expect(tracestateOf(probability(0.01), { traceId: endingIn(HIGHEST) })).toBe('ot=th:fd70a');
  expect(tracestateOf(probability(1 / 3), { traceId: endingIn(HIGHEST) })).toBe('ot=th:aaab');
});

test('a trace that is not kept has no threshold', () => {
  expect(sample(probability(0.01), { traceId: endingIn('fd709fffffffff') })).toEqual({ decision: NOT_RECORD });
});

test('a ratio of 0 keeps none, and the smallest there is keeps one trace of 2^56', () => {
  expect(sample(probability(0), { traceId: endingIn(HIGHEST) }).decision).toBe(NOT_RECORD);
  for (const ratio of [2 ** -56, Number.MIN_VALUE]) {
    expect(sample(probability(ratio), { traceId: endingIn(HIGHEST) }).decision).toBe(RECORD_AND_SAMPLED);
    expect(sample(probability(ratio), { traceId: endingIn('fffffffffffffe') }).decision).toBe(NOT_RECORD);
  }
});

test('what a smaller ratio keeps, a larger one keeps', () => {
  const ratio = fc.double({ min: 0, max: 1, noNaN: true });
  const ends = fc.stringMatching(/^[0-9a-f]{14}$/);

  fc.assert(
    fc.property(ratio, ratio, ends, (a, b, end) => {
      const keeps = (each: number) => sample(probability(each), { traceId: endingIn(end) }).decision;

      expect(keeps(Math.min(a, b))).toBeLessThanOrEqual(keeps(Math.max(a, b)));
    }),
  );
});

test('the counts of what is kept add up to what there was', () => {
  // Evenly spread randomness in place of drawn: no seed decides whether this holds.
  const step = 2 ** 56 / 4096;
  const ends = Array.from({ length: 4096 }, (_, index) => (index * step).toString(16).padStart(14, '0'));
  for (const ratio of [1, 0.5, 0.25, 0.1, 0.01]) {
    const kept = ends.filter((end) => sample(probability(ratio), { traceId: endingIn(end) }).decision !== NOT_RECORD);

    expect(Math.abs(kept.length - 4096 * ratio)).toBeLessThanOrEqual(1);
  }
});

test.each([-0.1, 1.1, Number.NaN, Infinity, '0.5', undefined, null, 1n])('a ratio of %s fails at once', (ratio) => {
  expect(() => probability(ratio as number)).toThrow(SamplingOptionError);
  expect(() => probability(ratio as number)).toThrow(/^probability\.ratio is .*, expected a number from 0 to 1$/);
});

// https://opentelemetry.io/docs/specs/otel/trace/sdk/#compatibility-warnings-for-probabilitysampler
describe('where nobody says that the trace id is random', () => {
  const warn = vi.fn<(message: string) => void>();
  const silent = () => {};
  const logger: DiagLogger = { error: silent, warn, info: silent, debug: silent, verbose: silent };

  beforeEach(() => {
    warn.mockClear();
    diag.setLogger(logger, { suppressOverrideMessage: true });
  });
  afterEach(() => diag.disable());

  test('a sampler says once that it presumes it', () => {
    const sampler = probability(0.5);

    for (let i = 0; i < 3; i++) sample(sampler, { parent: { traceFlags: 1 } });

    expect(warn.mock.calls).toEqual([
      ['callers do not set the random flag; presuming that their trace ids are random'],
    ]);
  });

  test.each([
    ['the random flag says so', { traceFlags: 3 }],
    ['there is an explicit randomness value', { traceFlags: 1, tracestate: 'ot=rv:6e6d1a75832a2f' }],
    ['the parent is of this process, whose spans have no such flag', { traceFlags: 1, isRemote: false }],
    ['there is no parent', undefined],
  ])('it says nothing when %s', (_, parent) => {
    sample(probability(0.5), { ...(parent && { parent }) });

    expect(warn).not.toHaveBeenCalled();
  });

  test('it says nothing when the parent decides', () => {
    sample(parentThreshold({ root: probability(0.5) }), { parent: { traceFlags: 1 } });

    expect(warn).not.toHaveBeenCalled();
  });
});
