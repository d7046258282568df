import { toUSVString } from 'node:util';

import { resourceFromAttributes } from '@opentelemetry/resources';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { spans } from '../../../test/arbitrary-records.ts';
import { spanWith } from '../../../test/span-with.ts';
import { endedSpan, type EndedSpan } from '@clew/sampling/internal';
import { QUEUES } from '../queue/queue-numbers.ts';
import type { EncodedSpanFacts } from './encoded-facts.ts';
import { jsonSpanFormat } from './json-span-format.ts';
import { UnreadableError } from './protobuf-reader.ts';
import { spanFormat, type SpanFormat } from './span-format.ts';
import { spanReader, type SpanReader } from './span-reader.ts';

const ENCODINGS = [
  { name: 'protobuf', format: spanFormat() },
  { name: 'JSON', format: jsonSpanFormat() },
] as const;

describe.each(ENCODINGS)('in $name', ({ format }) => {
  const { readSpan, readResourceAttributes } = spanReader(format.queue) as SpanReader;

  test('the facts that are read from the bytes of a span are those of the span', () => {
    fc.assert(
      fc.property(spans(), (span) => {
        const facts = readSpan(encoded(format, span));

        const ended = endedSpan(withDuration(span));
        const expected = factsIn(ended);
        expect({ ...facts, traceId: facts.traceId.toLowerCase(), attribute: undefined }).toEqual({
          ...expected,
          traceId: expected.traceId.toLowerCase(),
          name: toUSVString(expected.name),
          status: received(expected.status),
        });
        for (const [key, value] of attributesOf(span)) expect(facts.attribute(key)).toEqual(value);
        expect(facts.attribute('there is none')).toEqual(ended.attribute('there is none'));
      }),
      { numRuns: 100 },
    );
  });

  test('what was added to a span is among its facts', () => {
    const bytes = encoded(format, spanWith({ attributes: { 'http.route': '/a' } }));

    const facts = readSpan(
      format.amend(bytes, { traceState: 'ot=th:8', flags: 0x203, attributes: { 'a.rule': true } }),
    );

    expect(facts).toMatchObject({ traceState: 'ot=th:8', traceFlags: 3, isParentRemote: true });
    expect([facts.attribute('http.route'), facts.attribute('a.rule')]).toEqual(['/a', true]);
  });

  test.each([
    { startTime: [0, 0], endTime: [5, 0], millis: 0 },
    { startTime: [5, 0], endTime: [4, 0], millis: 0 },
    { startTime: [1_700_000_000, 999_999_999], endTime: [1_700_000_001, 1], millis: 0.000_002 },
  ])('a span from $startTime to $endTime takes $millis ms', ({ startTime, endTime, millis }) => {
    const span = spanWith({ startTime: startTime as [number, number], endTime: endTime as [number, number] });

    expect(readSpan(encoded(format, span)).durationMillis).toBe(millis);
  });

  test('the attributes of a resource are read from its definition', () => {
    const attributes = { 'service.name': 'shop', ports: [80, 443], ratio: 0.5, isLocal: false };

    const resource = resourceFromAttributes(attributes, { schemaUrl: 'https://opentelemetry.io/schemas/1.40.0' });

    expect(readResourceAttributes(format.defineResource(resource))).toEqual(attributes);
  });

  test('bytes that are no span are read as one, or refused by an UnreadableError', () => {
    const whole = spans().map((span) => encoded(format, span));
    const cut = fc.tuple(whole, fc.nat()).map(([bytes, at]) => bytes.subarray(0, at % (bytes.length + 1)));
    const spoilt = fc
      .tuple(whole, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 5 }))
      .map(([bytes, edits]) => {
        for (const [at, byte] of edits) bytes[at % bytes.length] = byte;
        return bytes;
      });

    fc.assert(
      fc.property(fc.oneof(cut, spoilt, fc.uint8Array({ maxLength: 200 })), (bytes) => {
        const facts = readOrRefused(() => readSpan(bytes));
        readOrRefused(() => facts?.attribute('http.request.method'));
        const resource = readOrRefused(() => readResourceAttributes(bytes));

        expect([typeof (facts?.name ?? ''), typeof (resource ?? {})]).toEqual(['string', 'object']);
      }),
      { numRuns: 150 },
    );
  });

  test('a value in a hundred thousand arrays is not followed to its ground', () => {
    const deep = DEEP_SPANS[format.queue]?.(100_000) as Buffer;

    const value = readSpan(deep).attribute('deep');

    expect(JSON.stringify(value)).toBe(`${'['.repeat(33)}null${']'.repeat(33)}`);
  });
});

test('there is no reader for the queues of other signals', () => {
  expect([QUEUES.logs, QUEUES.metrics, QUEUES.jsonLogs].map(spanReader)).toEqual([undefined, undefined, undefined]);
});

/** Encoded spans with an attribute in so many arrays. */
const DEEP_SPANS: Readonly<Record<number, (depth: number) => Buffer>> = {
  [QUEUES.spans](depth) {
    const parts: Buffer[] = [];
    let length = 0;
    for (let level = 0; level < depth; level++) {
      for (const tag of [1, 5]) {
        const head = delimitedHead(level === 0 && tag === 1 ? 1 : tag, length);
        parts.push(head);
        length += head.length;
      }
    }
    const value = Buffer.concat(parts.toReversed());
    const key = Buffer.concat([delimitedHead(1, 4), Buffer.from('deep')]);
    const pair = Buffer.concat([key, delimitedHead(2, value.length), value]);
    return Buffer.concat([delimitedHead(9, pair.length), pair]);
  },
  [QUEUES.jsonSpans](depth) {
    const value = `${'{"arrayValue":{"values":['.repeat(depth)}{}${']}}'.repeat(depth)}`;
    return Buffer.from(`{"attributes":[{"key":"deep","value":${value}}]}`);
  },
};

function delimitedHead(field: number, length: number): Buffer {
  const bytes = [field * 8 + 2];
  let rest = length;
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  return Buffer.from([...bytes, rest]);
}

function encoded(format: SpanFormat, span: ReadableSpan): Buffer {
  const { buffer, length } = format.encode(span);
  return Buffer.from(buffer.subarray(0, length));
}

function readOrRefused<Read>(read: () => Read): Read | undefined {
  try {
    return read();
  } catch (error) {
    expect(error).toBeInstanceOf(UnreadableError);
    return undefined;
  }
}

/** With the duration that its times say. */
function withDuration(span: ReadableSpan): ReadableSpan {
  const [start, end] = [span.startTime, span.endTime].map(
    ([seconds, nanos]) => BigInt(seconds) * 1_000_000_000n + BigInt(nanos),
  ) as [bigint, bigint];
  const nanos = start === 0n || end < start ? 0n : end - start;
  return { ...span, duration: [Number(nanos / 1_000_000_000n), Number(nanos % 1_000_000_000n)] };
}

function received({ code, message }: EncodedSpanFacts['status']): EncodedSpanFacts['status'] {
  return { code, ...(message && { message: toUSVString(message) }) };
}

function attributesOf({ attributes }: ReadableSpan): Map<string, unknown> {
  return new Map(Object.entries(attributes).map(([key, value]) => [toUSVString(key), otlpValue(value)]));
}

/** A value as OTLP has it: halves of surrogate pairs are replaced, and what has no form is nothing. */
function otlpValue(value: unknown): unknown {
  if (typeof value === 'string') return toUSVString(value);
  if (typeof value === 'number') return value === 0 ? 0 : value;
  if (typeof value === 'boolean') return value;
  if (value instanceof Uint8Array) return Buffer.from(value);
  if (Array.isArray(value)) return value.map(otlpValue);
  if (typeof value !== 'object' || value === null) return null;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [toUSVString(key), otlpValue(each)]));
}

/** The facts but the resource and the attributes. */
function factsIn(span: EndedSpan) {
  const { traceId, spanId, parentSpanId, isParentRemote, traceFlags, traceState, name, kind, status, durationMillis } =
    span;
  return { traceId, spanId, parentSpanId, isParentRemote, traceFlags, traceState, name, kind, status, durationMillis };
}
