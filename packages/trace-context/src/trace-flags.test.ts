import { describe, expect, test } from 'vitest';

import { isRandom, isSampled, newTraceFlags, withRandom, withSampled } from './trace-flags.ts';

const withFlags = (traceFlags: number) => ({
  traceId: '0af7651916cd43dd8448eb211c80319c',
  parentId: 'b7ad6b7169203331',
  traceFlags,
});

// https://www.w3.org/TR/trace-context-2/#sampled-flag
describe('W3C Trace Context level 2, 3.2.2.5.1 sampled flag', () => {
  test.each([
    [0b00, false],
    [0b01, true],
    [0b10, false],
    [0b11, true],
    [0b1001, true],
    [0b1000, false],
  ])('it is the least significant bit, whatever the others are: %i', (flags, sampled) => {
    expect(isSampled(withFlags(flags))).toBe(sampled);
  });

  test('it goes on and off without touching the random flag', () => {
    expect(withSampled(withFlags(0b10), true)).toEqual(withFlags(0b11));
    expect(withSampled(withFlags(0b11), true)).toEqual(withFlags(0b11));
    expect(withSampled(withFlags(0b11), false)).toEqual(withFlags(0b10));
    expect(withSampled(withFlags(0b00), false)).toEqual(withFlags(0b00));
  });
});

// https://www.w3.org/TR/trace-context-2/#random-trace-id-flag
describe('W3C Trace Context level 2, 3.2.2.5.2 random trace id flag', () => {
  test.each([
    [0b00, false],
    [0b01, false],
    [0b10, true],
    [0b11, true],
    [0b1010, true],
  ])('it is the second least significant bit, whatever the others are: %i', (flags, random) => {
    expect(isRandom(withFlags(flags))).toBe(random);
  });

  test('it goes on and off without touching the sampled flag', () => {
    expect(withRandom(withFlags(0b01), true)).toEqual(withFlags(0b11));
    expect(withRandom(withFlags(0b11), false)).toEqual(withFlags(0b01));
    expect(withRandom(withFlags(0b10), false)).toEqual(withFlags(0b00));
  });

  test('it is set on a trace that starts here, sampled or not', () => {
    expect(newTraceFlags(true)).toBe(0b11);
    expect(newTraceFlags(false)).toBe(0b10);
  });
});

test('a traceparent is not changed, a new one is returned', () => {
  const received = Object.freeze(withFlags(0b01));

  expect(withSampled(received, false)).not.toBe(received);
  expect(received.traceFlags).toBe(0b01);
});
