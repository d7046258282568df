import type { Attributes, AttributeValue } from '@opentelemetry/api';
import { JsonTraceSerializer } from '@opentelemetry/otlp-transformer';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider, type ReadableSpan } from '@opentelemetry/sdk-trace';
import fc from 'fast-check';
import { expect, test } from 'vitest';

import { serializeStrictly } from './strict-numbers.ts';

test.each([
  [Number.NaN, { doubleValue: 'NaN' }],
  [Number.POSITIVE_INFINITY, { doubleValue: 'Infinity' }],
  [Number.NEGATIVE_INFINITY, { doubleValue: '-Infinity' }],
  [[1, -Infinity], { arrayValue: { values: [{ intValue: 1 }, { doubleValue: '-Infinity' }] } }],
  ['null', { stringValue: 'null' }],
  [0.123456789000001, { doubleValue: 0.123456789000001 }],
  [1e300, { doubleValue: 1e300 }],
  [-1e300, { doubleValue: -1e300 }],
  [2 ** 63, { doubleValue: 2 ** 63 }],
  [2 ** 62, { intValue: 2 ** 62 }],
  [42, { intValue: 42 }],
  [0.1, { doubleValue: 0.1 }],
  ['"doubleValue":null "intValue":1e+300', { stringValue: '"doubleValue":null "intValue":1e+300' }],
])('%j is written as %j', (value, written) => {
  expect(attributeIn(strict(spanWith(value)))).toEqual(written);
});

test('every number arrives as it was, in a form that int64 and double have room for', () => {
  fc.assert(
    fc.property(fc.double({ noDefaultInfinity: true, noNaN: true }), (number) => {
      const { intValue, doubleValue } = attributeIn(strict(spanWith(number)));

      expect(Number(intValue ?? doubleValue)).toBeCloseTo(number, 10);
      if (intValue !== undefined) expect(Math.abs(Number(intValue))).toBeLessThan(2 ** 63);
    }),
  );
});

test('whatever numbers stand beside each other, each arrives as it was', () => {
  const number = fc.oneof(fc.constantFrom(NaN, Infinity, -Infinity, 0.123456789000001), fc.double());
  fc.assert(
    fc.property(fc.array(number), fc.string(), (numbers, text) => {
      const span = spanWith(numbers, { text, 'asDouble":null': NaN });
      span.events.push({ name: 'null', time: [0, 0], attributes: { numbers } });
      const json = Buffer.from(strict(span)).toString();

      const { arrayValue } = attributeIn(Buffer.from(json));
      const read = arrayValue?.values.map((each) => Number(each.intValue ?? each.doubleValue)) ?? [];
      expect(read.map(String)).toEqual(numbers.map(String)); // JSON has no -0, and neither has a text
      expect(json).not.toContain('"doubleValue":null');
    }),
  );
});

test('no text of a user is changed', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const span = spanWith(text);
      const json = serialize(span);

      expect(serializeStrictly(span, () => json)).toBe(json);
    }),
  );
});

const serialize = (span: ReadableSpan) => JsonTraceSerializer.serializeRequest([span]) as Uint8Array;
const strict = (span: ReadableSpan) => serializeStrictly(span, serialize);

function spanWith(value: AttributeValue, more: Attributes = {}): ReadableSpan {
  const exporter = new InMemorySpanExporter();
  const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });
  provider
    .getTracer('test')
    .startSpan('work', { attributes: { value, ...more } })
    .end();
  return exporter.getFinishedSpans()[0] as ReadableSpan;
}

interface JsonValue {
  readonly intValue?: unknown;
  readonly doubleValue?: unknown;
  readonly arrayValue?: { readonly values: readonly JsonValue[] };
}

function attributeIn(json: Uint8Array): JsonValue {
  interface Request {
    readonly resourceSpans: readonly [{ scopeSpans: [{ spans: [{ attributes: [{ value: JsonValue }] }] }] }];
  }
  const { resourceSpans } = JSON.parse(Buffer.from(json).toString()) as Request;
  return resourceSpans[0].scopeSpans[0].spans[0].attributes[0].value;
}
