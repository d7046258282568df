import {
  defaultTextMapGetter,
  defaultTextMapSetter,
  propagation,
  ROOT_CONTEXT,
  type BaggageEntry,
} from '@opentelemetry/api';
import { expect, test } from 'vitest';

import { baggagePropagator } from './baggage-propagator.ts';

function injected(entries: Record<string, unknown>): object {
  const baggage = propagation.createBaggage(entries as Record<string, BaggageEntry>);
  const carrier = {};
  baggagePropagator.inject(propagation.setBaggage(ROOT_CONTEXT, baggage), carrier, defaultTextMapSetter);
  return carrier;
}

test('an entry without a text is left out, and the others go out', () => {
  const refuse = () => {
    throw new Error('refused');
  };
  const entries = {
    first: { value: 'a' },
    none: undefined,
    number: { value: 7 },
    huge: { value: ' '.repeat(10_000_000) },
    last: { value: 'b', metadata: { toString: refuse } },
  };

  expect(injected(entries)).toEqual({ baggage: 'first=a,last=b' });
});

test('a header of any size that is no header value has no members', () => {
  const extracted = (baggage: unknown) => {
    return propagation.getBaggage(baggagePropagator.extract(ROOT_CONTEXT, { baggage }, defaultTextMapGetter));
  };

  expect(extracted('a=b')?.getEntry('a')?.value).toBe('b');
  expect(extracted(',a=b'.repeat(1_000_000))).toBeUndefined();
  expect(extracted(Object.assign([], { length: 4_000_000_000 }))).toBeUndefined();
});
