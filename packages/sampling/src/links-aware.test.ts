import { diag, type DiagLogger, type Link } from '@opentelemetry/api';
import { SamplingDecision } from '@opentelemetry/sdk-trace';
import { afterEach, expect, test, vi } from 'vitest';

import { otOf, sample, SPAN_ID, TRACE_ID } from '../test/start-of.ts';
import { alwaysOff } from './always-off.ts';
import { linksAware } from './links-aware.ts';
import { probability } from './probability.ts';
import type { SamplingOptionError } from './sampling-option-error.ts';

const { NOT_RECORD, RECORD_AND_SAMPLED } = SamplingDecision;
const linkTo = (traceId: string, traceFlags: number): Link => ({ context: { traceId, spanId: SPAN_ID, traceFlags } });
const KEPT = linkTo('f'.repeat(32), 1);
const NOT_KEPT = linkTo('e'.repeat(32), 0);
const sampler = linksAware({ next: alwaysOff() });

afterEach(() => diag.disable());

test('a span with a link to a kept span is kept, and stands for itself', () => {
  expect(sample(sampler, { links: [NOT_KEPT, KEPT] }).decision).toBe(RECORD_AND_SAMPLED);
  expect(otOf(sampler, { links: [NOT_KEPT, KEPT] })?.threshold).toBe('0');
});

test('about every other span the next sampler decides', () => {
  expect(sample(sampler, { links: [NOT_KEPT] }).decision).toBe(NOT_RECORD);
  expect(otOf(linksAware({ next: probability(0.9) }), { links: [NOT_KEPT] })?.threshold).toBe('199a');
});

test('a link within the trace says nothing: its decision was made by the same randomness', () => {
  const parent = { traceFlags: 1 };

  expect(sample(sampler, { parent, links: [linkTo(TRACE_ID, 1)] }).decision).toBe(NOT_RECORD);
});

test('only links that are trusted count', () => {
  const trusting = linksAware({
    next: alwaysOff(),
    isTrusted: ({ context }) => context.traceId !== KEPT.context.traceId,
  });

  expect(sample(trusting, { links: [KEPT] }).decision).toBe(NOT_RECORD);
  expect(sample(trusting, { links: [KEPT, linkTo('d'.repeat(32), 1)] }).decision).toBe(RECORD_AND_SAMPLED);
});

test('a function that throws trusts nobody, and is told once', () => {
  const error = vi.fn<(message: string, ...args: unknown[]) => void>();
  const silent = () => {};
  diag.setLogger({ error, warn: silent, info: silent, debug: silent, verbose: silent } satisfies DiagLogger);
  const fail = () => {
    throw new Error('no decision');
  };
  const failing = linksAware({ next: alwaysOff(), isTrusted: fail });

  for (let i = 0; i < 3; i++) expect(sample(failing, { links: [KEPT] }).decision).toBe(NOT_RECORD);

  expect(error).toHaveBeenCalledTimes(1);
});

test('counts of a consumer add up, whatever its producers keep', () => {
  // Randomness of producer and consumer, evenly spread over both.
  const steps = Array.from({ length: 64 }, (_, index) => (index * 4).toString(16).padStart(2, '0').padEnd(14, '0'));
  const consumer = linksAware({ next: probability(0.25) });
  let counted = 0;
  for (const producer of steps) {
    const link = linkTo(`${'f'.repeat(18)}${producer}`, producer >= 'e' ? 1 : 0); // kept at 1 in 8
    for (const own of steps) {
      const start = { traceId: `${'a'.repeat(18)}${own}`, links: [link] };
      const isKept = sample(consumer, start).decision === RECORD_AND_SAMPLED;
      if (isKept) counted += otOf(consumer, start)?.threshold === '0' ? 1 : 4;
    }
  }

  expect(counted).toBe(64 * 64);
});

test.each([
  [undefined, 'linksAware.next'],
  [{}, 'linksAware.next'],
  [{ next: alwaysOff(), isTrusted: 'all' }, 'linksAware.isTrusted'],
])('a mistake fails where the sampler is made: %#', (options, option) => {
  expect(() => linksAware(options as never)).toThrow(expect.objectContaining({ option }) as SamplingOptionError);
});
