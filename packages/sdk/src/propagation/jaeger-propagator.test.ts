import { defaultTextMapGetter, defaultTextMapSetter, propagation, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { jaegerBaggagePropagator, jaegerTracePropagator } from './jaeger-propagator.ts';

const extract = (carrier: Record<string, string>) =>
  trace.getSpanContext(jaegerTracePropagator.extract(ROOT_CONTEXT, carrier, defaultTextMapGetter));
const id = (digits: number) =>
  fc.stringMatching(new RegExp(`^[0-9a-f]{${digits}}$`)).filter((text) => !/^0+$/.test(text));

describe('the trace', () => {
  test('comes out as it went in', () => {
    fc.assert(
      fc.property(id(32), id(16), fc.constantFrom(0, 1), (traceId, spanId, traceFlags) => {
        const carrier: Record<string, string> = {};
        const context = trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags });

        jaegerTracePropagator.inject(context, carrier, defaultTextMapSetter);

        expect(extract(carrier)).toEqual({ traceId, spanId, traceFlags, isRemote: true });
      }),
    );
  });

  test('is read with short ids and percent-encoded colons', () => {
    expect(extract({ 'uber-trace-id': 'ab%3Acd%3A0%3A1' })).toEqual({
      traceId: 'ab'.padStart(32, '0'),
      spanId: 'cd'.padStart(16, '0'),
      traceFlags: 1,
      isRemote: true,
    });
  });

  test.each(['', 'nonsense', '0:0:0:1', 'xyz:1:0:1', '1:2:3', `${'a'.repeat(33)}:1:0:1`, '%zz'])(
    '%j is none',
    (value) => {
      expect(extract({ 'uber-trace-id': value })).toBeUndefined();
    },
  );

  test('nothing that a header can hold makes it throw', () => {
    const extractAny = (value: string) => void extract({ 'uber-trace-id': value });
    const arbitrary = fc.property(fc.string({ unit: 'binary' }), extractAny);

    expect(() => fc.assert(arbitrary)).not.toThrow();
  });
});

test('baggage comes out as it went in', () => {
  const key = fc.stringMatching(/^[a-z][a-z\d-]{0,10}$/);
  fc.assert(
    fc.property(fc.dictionary(key, fc.string({ unit: 'grapheme' }), { minKeys: 1 }), (values) => {
      const entries = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { value }]));
      const carrier: Record<string, string> = {};
      const context = propagation.setBaggage(ROOT_CONTEXT, propagation.createBaggage(entries));

      jaegerBaggagePropagator.inject(context, carrier, defaultTextMapSetter);

      const extracted = jaegerBaggagePropagator.extract(ROOT_CONTEXT, carrier, defaultTextMapGetter);
      const found = propagation.getBaggage(extracted)?.getAllEntries() ?? [];
      expect(new Map(found)).toEqual(new Map(Object.entries(entries)));
    }),
  );
});

describe('baggage with odd keys', () => {
  const KEYS = ['user name', 'a\r\nX: 1', 'ключ', '', ' ', 'a:b', '\0', 'x'.repeat(10_000), 'ok'];

  test.each(KEYS)('%j is extracted and injected only where it is a part of a header name', (key) => {
    const context = jaegerBaggagePropagator.extract(ROOT_CONTEXT, { [`uberctx-${key}`]: 'x' }, defaultTextMapGetter);
    const made = propagation.setBaggage(ROOT_CONTEXT, propagation.createBaggage({ [key]: { value: 'x' } }));
    const carriers = [context, made].map((each) => {
      const carrier = {};
      jaegerBaggagePropagator.inject(each, carrier, defaultTextMapSetter);
      return carrier;
    });

    const expected = key === 'ok' ? { 'uberctx-ok': 'x' } : {};
    expect(carriers).toEqual([expected, expected]);
  });

  test('and any number of members stays within the limits of W3C baggage', () => {
    const many = Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`k${i}`, { value: 'v'.repeat(100) }]));
    const carrier: Record<string, string> = {};

    const context = propagation.setBaggage(ROOT_CONTEXT, propagation.createBaggage(many));
    jaegerBaggagePropagator.inject(context, carrier, defaultTextMapSetter);

    expect(Object.keys(carrier).length).toBeLessThanOrEqual(64);
    expect(Object.keys(carrier).length).toBeGreaterThan(10);
    expect(JSON.stringify(carrier).length).toBeLessThan(10_000);
  });
});
