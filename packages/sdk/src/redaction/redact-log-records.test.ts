import { InMemoryLogRecordExporter, LoggerProvider, SimpleLogRecordProcessor } from '@opentelemetry/sdk-logs';
import type { LogRecord } from '@opentelemetry/api';
import { expect, test } from 'vitest';

import { DEFAULTS } from '../options/options.ts';
import { redactLogRecords } from './redact-log-records.ts';
import { createRedactor, type Redactor } from './redactor.ts';

const URL_WITH_SECRET = 'https://x.com/?token=s3cret';
const URL_WITHOUT = 'https://x.com/?token=REDACTED';

function exportedRecord(record: LogRecord, redactor: Redactor = createRedactor(DEFAULTS.redact)) {
  const exporter = new InMemoryLogRecordExporter();
  const processors = [redactLogRecords(redactor), new SimpleLogRecordProcessor({ exporter })];
  new LoggerProvider({ processors }).getLogger('test').emit(record);
  return exporter.getFinishedLogRecords()[0];
}

test('a body that is a text is redacted, and the attributes', () => {
  const record = exportedRecord({ body: `got ${URL_WITH_SECRET}`, attributes: { url: URL_WITH_SECRET, n: 1 } });

  expect(record).toMatchObject({ body: `got ${URL_WITHOUT}`, attributes: { url: URL_WITHOUT, n: 1 } });
});

test('a body that is a map is redacted by the names in it, in a copy', () => {
  const body = { request: { url: URL_WITH_SECRET, headers: { authorization: 'Bearer abc' } }, n: 1 };

  const record = exportedRecord({ body });

  expect(record?.body).toEqual({ request: { url: URL_WITHOUT, headers: { authorization: 'REDACTED' } }, n: 1 });
  expect(body.request.url).toBe(URL_WITH_SECRET);
});

test('an exception of a record is redacted', () => {
  const record = exportedRecord({ body: 'failed', exception: new Error(`cannot reach ${URL_WITH_SECRET}`) });

  expect(record?.attributes['exception.message']).toBe(`cannot reach ${URL_WITHOUT}`);
  expect(record?.attributes['exception.stacktrace']).not.toContain('s3cret');
});

test('a record that cannot be redacted is sent empty, and nothing is thrown', () => {
  const hostile = Object.defineProperty({}, 'x', {
    enumerable: true,
    get() {
      throw new Error('no x for you');
    },
  });

  const record = exportedRecord({ body: hostile, attributes: { url: URL_WITH_SECRET } });

  expect(record).toMatchObject({ body: 'REDACTED', attributes: {} });
});
