import { ProtobufLogsSerializer } from '@opentelemetry/otlp-transformer';
import { InMemoryLogRecordExporter, LoggerProvider, SimpleLogRecordProcessor } from '@opentelemetry/sdk-logs';
import fc from 'fast-check';
import { expect, test } from 'vitest';

import { guardedLoggerProvider } from './guarded-logger-provider.ts';

function emitted(record: unknown) {
  const exporter = new InMemoryLogRecordExporter();
  const provider = new LoggerProvider({ processors: [new SimpleLogRecordProcessor({ exporter })] });
  guardedLoggerProvider(provider)
    .getLogger('app')
    .emit(record as never);
  return exporter.getFinishedLogRecords();
}

test('a well-formed record is emitted as it is', () => {
  const record = { body: { a: [1] }, severityNumber: 9, severityText: 'INFO', attributes: { b: 'c' } };

  expect(emitted({ ...record, timestamp: 1e12 })).toMatchObject([{ ...record, hrTime: [1e9, 0] }]);
});

test('one wrong field costs that field', () => {
  const itself: Record<string, unknown> = { kept: 1 };
  itself['itself'] = itself;
  const record = {
    body: itself,
    severityNumber: 'INFO',
    attributes: null,
    timestamp: 'now',
    context: 'none',
    eventName: 'sold',
  };

  const [emittedRecord] = emitted(record);

  expect(emittedRecord).toMatchObject({
    body: { kept: 1 },
    severityNumber: undefined,
    attributes: {},
    eventName: 'sold',
  });
});

test('an exception is recorded, also one that cannot be read whole', () => {
  const exception = Object.defineProperty(new TypeError('wrong'), 'stack', {
    get() {
      throw new Error('refused');
    },
  });

  expect(emitted({ body: 'failed', exception })[0]?.attributes).toEqual({
    'exception.type': 'TypeError',
    'exception.message': 'wrong',
  });
});

test('a body is no longer than 65,536 characters', () => {
  expect(emitted({ body: 'b'.repeat(100_000) })[0]?.body).toHaveLength(65_536);
});

test('whatever is emitted, nothing is thrown and it can be exported', () => {
  const keys = [
    'body',
    'severityNumber',
    'severityText',
    'attributes',
    'timestamp',
    'exception',
    'context',
    'eventName',
  ];
  const key = fc.constantFrom(...keys);

  fc.assert(
    fc.property(fc.anything({ key, withBigInt: true, withDate: true, withTypedArray: true }), (record) => {
      const records = emitted(record);

      expect(records).toHaveLength(1);
      expect(ProtobufLogsSerializer.serializeRequest(records)?.length).toBeGreaterThan(0);
    }),
  );
});
