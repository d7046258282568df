import { JsonTraceSerializer } from '@opentelemetry/otlp-transformer';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import fc from 'fast-check';
import { expect, test } from 'vitest';

import { withStrictNumbers } from './strict-numbers.ts';

test.each([
  [Number.NaN, { doubleValue: 'NaN' }],
  [Number.POSITIVE_INFINITY, { doubleValue: 'NaN' }],
  [1e300, { doubleValue: 1e300 }],
  [-1e300, { doubleValue: -1e300 }],
  [2 ** 63, { doubleValue: 2 ** 63 }],
  [2 ** 62, { intValue: 2 ** 62 }],
  [42, { intValue: 42 }],
  [0.1, { doubleValue: 0.1 }],
  ['"doubleValue":null "intValue":1e+300', { stringValue: '"doubleValue":null "intValue":1e+300' }],
])('%j is written as %j', (value, written) => {
  const json = withStrictNumbers(spanWith(value));

  expect(attributeIn(json)).toEqual(written);
});

test('every number arrives as it was, in a form that int64 and double have room for', () => {
  fc.assert(
    fc.property(fc.double({ noDefaultInfinity: true, noNaN: true }), (number) => {
      const { intValue, doubleValue } = attributeIn(withStrictNumbers(spanWith(number)));

      expect(Number(intValue ?? doubleValue)).toBeCloseTo(number, 10);
      if (intValue !== undefined) expect(Math.abs(Number(intValue))).toBeLessThan(2 ** 63);
    }),
  );
});

test('no text of a user is changed', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const json = spanWith(text);

      expect(withStrictNumbers(json)).toBe(json);
    }),
  );
});

function spanWith(value: string | number): Uint8Array {
  const exporter = new InMemorySpanExporter();
  const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });
  provider.getTracer('test').startSpan('work', { attributes: { value } }).end();
  return JsonTraceSerializer.serializeRequest(exporter.getFinishedSpans()) as Uint8Array;
}

interface JsonValue {
  readonly intValue?: unknown;
  readonly doubleValue?: unknown;
}

function attributeIn(json: Uint8Array): JsonValue {
  interface Request {
    readonly resourceSpans: readonly [{ scopeSpans: [{ spans: [{ attributes: [{ value: JsonValue }] }] }] }];
  }
  const { resourceSpans } = JSON.parse(Buffer.from(json).toString()) as Request;
  return resourceSpans[0].scopeSpans[0].spans[0].attributes[0].value;
}
