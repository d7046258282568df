import { createContextKey, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import fc from 'fast-check';
import { expect, test } from 'vitest';

import { lightContext } from './light-context.ts';

const KEYS = Array.from({ length: 20 }, (_, n) => createContextKey(`key ${n}`));

test('a light context answers as one of the API does, whatever is set and deleted on the way', () => {
  const step = fc.record({
    key: fc.constantFrom(...KEYS),
    value: fc.option(fc.integer(), { nil: undefined }),
    deletes: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), fc.array(step, { maxLength: 5 }), (steps, before) => {
      const base = before.reduce((given, { key, value }) => given.setValue(key, value), ROOT_CONTEXT);
      let expected = base;
      let light = lightContext(base);

      for (const { key, value, deletes } of steps) {
        expected = deletes ? expected.deleteValue(key) : expected.setValue(key, value);
        light = deletes ? light.deleteValue(key) : light.setValue(key, value);
      }

      expect(KEYS.map((key) => light.getValue(key))).toEqual(KEYS.map((key) => expected.getValue(key)));
    }),
  );
});

test('what is derived from a light context changes nothing in it', () => {
  const [one, other] = KEYS as [symbol, symbol];
  const light = lightContext(ROOT_CONTEXT.setValue(one, 1));

  light.setValue(one, 2).setValue(other, 3);
  light.deleteValue(one);

  expect([light.getValue(one), light.getValue(other)]).toEqual([1, undefined]);
});

test('the API finds its span in a light context, and a light context is not wrapped again', () => {
  const spanContext = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', traceFlags: 1 };

  const light = trace.setSpanContext(lightContext(ROOT_CONTEXT), spanContext);

  expect(trace.getSpanContext(light)).toBe(spanContext);
  expect(trace.getSpan(trace.deleteSpan(light))).toBeUndefined();
  expect(lightContext(light)).toBe(light);
});
