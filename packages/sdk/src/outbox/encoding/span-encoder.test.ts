import type { HrTime } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { describe, expect, test } from 'vitest';

import { spanWith } from '../../../test/span-with.ts';
import { createProtobufWriter } from './protobuf-writer.ts';
import { RecordTooLargeError } from './record-too-large-error.ts';
import { encodeSpan } from './span-encoder.ts';

// That the bytes are the right ones is the matter of encoding.test.ts; here are the spans that OpenTelemetry's serializer
// does not take, each beside the span that it has to look like.

const context = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', traceFlags: 1 };
const writer = createProtobufWriter(100_000);

describe('a span that OpenTelemetry cannot write goes out', () => {
  test.each([undefined, null, 7, Symbol('name'), Object.create(null)])('as `unknown` when its name is %o', (name) => {
    const odd = spanWith({ name: name as string, events: [{ name: name as string, time: [1, 0] }] });

    const like = spanWith({ name: 'unknown', events: [{ name: 'unknown', time: [1, 0] }] });
    expect(encoded(odd)).toBe(encoded(like));
  });

  test.each([undefined, {}, { ...context, traceId: 'abc' }, { ...context, spanId: 'x'.repeat(16) }, { traceId: 7 }])(
    'without the link to %o, counted as dropped',
    (nowhere) => {
      const odd = spanWith({ links: [{ context: nowhere as never }, { context }], droppedLinksCount: 2 });

      const like = spanWith({ links: [{ context }], droppedLinksCount: 3 });
      expect(encoded(odd)).toBe(encoded(like));
    },
  );

  test.each([
    { time: [Number.NaN, Number.NaN] },
    { time: [-1, 0] },
    { time: [1, -2_000_000_000] },
    { time: [2 ** 40, 0] },
    { time: [Number.POSITIVE_INFINITY, 0] },
    { time: ['now', {}] },
    { time: 7 },
    { time: undefined },
  ])('with time zero for $time', ({ time }) => {
    const odd = spanWith({ startTime: time as HrTime, events: [{ name: 'event', time: time as HrTime }] });

    const like = spanWith({ startTime: [0, 0], events: [{ name: 'event', time: [0, 0] }] });
    expect(encoded(odd)).toBe(encoded(like));
  });

  test.each(['SERVER', -2, Number.NaN, 1.5])('with no kind when that is %o', (kind) => {
    const odd = spanWith({ kind: kind as number });

    expect(encoded(odd)).toBe(encoded(spanWith({ kind: undefined as never })));
  });

  test('without a trace state that cannot be serialized', () => {
    const odd = spanWith({ spanContext: () => ({ ...context, traceState: 'a=b' as never }) });

    expect(encoded(odd)).toBe(encoded(spanWith({ spanContext: () => context })));
  });

  test('with an empty value where a value contains itself', () => {
    const cycle: unknown[] = ['again'];
    cycle.push(cycle);

    const bottom: unknown = Array.from({ length: 8 }).reduce((inner) => ['again', inner], null);
    const odd = spanWith({ attributes: { cycle } });
    expect(encoded(odd)).toBe(encoded(spanWith({ attributes: { cycle: bottom } })));
  });

  test('with the first thousand entries of a value', () => {
    const many = Array.from({ length: 1001 }, (_, index) => index);
    const odd = spanWith({ attributes: { many, map: Object.assign({}, many) } });

    const some = many.slice(0, 1000);
    expect(encoded(odd)).toBe(encoded(spanWith({ attributes: { many: some, map: Object.assign({}, some) } })));
  });
});

describe('a span is an error, and the writer goes on,', () => {
  test.each(['abc', 'x'.repeat(32), 'é'.repeat(32), 7])('when its trace id is %o', (traceId) => {
    const odd = spanWith({ spanContext: () => ({ ...context, traceId: traceId as string }) });
    const next = spanWith({ name: 'the next one' });
    const before = encoded(next);

    expect(() => encoded(odd)).toThrow(TypeError);
    expect(encoded(next)).toBe(before);
  });

  test('when a value of it throws', () => {
    const value = Object.defineProperty({}, 'price', { get: fail, enumerable: true });
    const odd = spanWith({ attributes: { first: 'a', value } });
    const next = spanWith({ name: 'the next one' });
    const before = encoded(next);

    expect(() => encoded(odd)).toThrow('no price');
    expect(encoded(next)).toBe(before);
  });

  test.each([
    { what: 'a long text', value: 'a'.repeat(100_000) },
    { what: 'many bytes', value: new Uint8Array(100_000) },
    { what: 'many texts', value: Array.from({ length: 1000 }, () => 'é'.repeat(60)) },
    { what: 'a hundred times itself', value: manyTimesItself() },
  ])('when $what is larger than the writer allows', ({ value }) => {
    const odd = spanWith({ attributes: { value } });
    const next = spanWith({ name: 'the next one' });
    const before = encoded(next);

    expect(() => encoded(odd)).toThrow(RecordTooLargeError);
    expect(encoded(next)).toBe(before);
    expect(writer.buffer.length).toBeLessThanOrEqual(100_000);
  });
});

function manyTimesItself(): unknown[] {
  const values: unknown[] = [];
  for (let i = 0; i < 100; i++) values.push(values);
  return values;
}

function fail(): never {
  throw new Error('no price');
}

function encoded(span: ReadableSpan): string {
  writer.reset();
  encodeSpan(span, writer);
  return writer.buffer.toString('hex', 0, writer.position);
}
