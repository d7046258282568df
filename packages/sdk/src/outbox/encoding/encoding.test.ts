import { ProtobufLogsSerializer, ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import type { ReadableLogRecord } from '@opentelemetry/sdk-logs';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { logRecords, spans } from '../../../test/arbitrary-records.ts';
import { spanWith } from '../../../test/span-with.ts';
import { encodeLogRecord } from './log-encoder.ts';
import { createProtobufWriter } from './protobuf-writer.ts';
import { encodeResource, encodeScope } from './scope-encoder.ts';
import { encodeSpan } from './span-encoder.ts';

const writer = createProtobufWriter(2 ** 25);

describe('a span is the bytes that OpenTelemetry writes', () => {
  test('whatever is in it and was in the one before', () => {
    fc.assert(
      fc.property(spans(), (span) => {
        expect(traceRequest(span)).toBe(upstreamTraceRequest(span));
      }),
      { numRuns: 200 },
    );
  });

  const sizes = [23, 24, 25, 126, 127, 128, 129, 1023, 1024, 1025, 16_383, 16_384, 70_000, 2_100_000];
  test.each(sizes)('when a text in it has %i characters', (size) => {
    const texts = {
      ascii: 'a'.repeat(size),
      latin: 'é'.repeat(size),
      'two units': '🧶'.repeat(size),
      ['k'.repeat(size)]: 1,
    };

    const span = spanWith({ name: texts.latin, attributes: texts });

    expect(traceRequest(span)).toBe(upstreamTraceRequest(span));
  });

  test('when there are more keys than are remembered', () => {
    const keys = Array.from({ length: 2500 }, (_, index) => `key.${index}${'é'.repeat(index % 100)}`);

    const span = spanWith({ attributes: Object.fromEntries(keys.map((key) => [key, key])) });

    expect(traceRequest(span)).toBe(upstreamTraceRequest(span));
    expect(traceRequest(span)).toBe(upstreamTraceRequest(span));
  });

  test('when values are in seven arrays and maps', () => {
    const span = spanWith({ attributes: { deep: [{ a: [{ a: [{ a: ['value', 7] }] }] }] } });

    expect(traceRequest(span)).toBe(upstreamTraceRequest(span));
  });
});

describe('a log record is the bytes that OpenTelemetry writes', () => {
  test('whatever is in it', () => {
    fc.assert(
      fc.property(logRecords(), (record) => {
        expect(logsRequest(record)).toBe(upstreamLogsRequest(record));
      }),
      { numRuns: 200 },
    );
  });
});

function traceRequest(span: ReadableSpan): string {
  writer.reset();
  encodeSpan(span, writer);
  return request(span).toString('hex');
}

function logsRequest(record: ReadableLogRecord): string {
  writer.reset();
  encodeLogRecord(record, writer);
  return request(record).toString('hex');
}

function upstreamTraceRequest(span: ReadableSpan): string {
  return Buffer.from(ProtobufTraceSerializer.serializeRequest([span])!).toString('hex');
}

function upstreamLogsRequest(record: ReadableLogRecord): string {
  return Buffer.from(ProtobufLogsSerializer.serializeRequest([record])!).toString('hex');
}

/** The request with what was written. Those of traces and of logs have their fields in the same places. */
function request({ resource, instrumentationScope }: ReadableSpan | ReadableLogRecord): Buffer {
  const record = writer.buffer.subarray(0, writer.position);
  const inScope = [
    delimited(1, encodeScope(instrumentationScope)),
    delimited(2, record),
    schemaUrl(instrumentationScope),
  ];
  const inResource = [
    delimited(1, encodeResource(resource)),
    delimited(2, Buffer.concat(inScope)),
    schemaUrl(resource),
  ];
  return delimited(1, Buffer.concat(inResource));
}

function schemaUrl({ schemaUrl }: { readonly schemaUrl?: string }): Buffer {
  return schemaUrl ? delimited(3, Buffer.from(schemaUrl)) : Buffer.alloc(0);
}

function delimited(field: number, content: Uint8Array): Buffer {
  const head = [(field << 3) | 2];
  let rest = content.length;
  for (; rest >= 0x80; rest >>>= 7) head.push((rest & 0x7f) | 0x80);
  return Buffer.concat([Buffer.from([...head, rest]), content]);
}
