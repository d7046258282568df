import { TracerProvider, type Sampler } from '@opentelemetry/sdk-trace';
import { expect, test } from 'vitest';

import { guardedSampler } from './guarded-sampler.ts';

const isSampled = (shouldSample: unknown) => {
  const sampler = guardedSampler({ shouldSample } as Sampler);
  return new TracerProvider({ sampler }).getTracer('app').startSpan('work').isRecording();
};

test('the decision of the application counts', () => {
  expect([isSampled(() => ({ decision: 0 })), isSampled(() => ({ decision: 2 }))]).toEqual([false, true]);
});

test.each([
  () => JSON.parse('no JSON') as never,
  () => undefined,
  () => Promise.resolve({ decision: 0 }),
  () => ({ decision: 9 }),
  () => 'yes',
  'no function',
])('where it decides nothing, the default decides: %s', (shouldSample) => {
  expect(isSampled(shouldSample)).toBe(true);
});

test('it prints as the one of the application, if that can be printed', () => {
  const fail = () => JSON.parse('no JSON') as string;

  expect(String(guardedSampler({ shouldSample: fail as never, toString: () => 'mine' }))).toBe('mine');
  expect(String(guardedSampler({ shouldSample: fail as never, toString: fail }))).toBe('a sampler of the application');
});
