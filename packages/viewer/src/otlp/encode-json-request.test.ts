import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { anyLog, anySpan } from '../../test/any-records.ts';
import { emptyLog } from '../log-record.ts';
import { decodeLogsJson } from './decode-logs-json.ts';
import { decodeTracesJson } from './decode-traces-json.ts';
import { encodeLogsJson } from './encode-logs-json.ts';
import { encodeTracesJson } from './encode-traces-json.ts';

test('log records that are encoded are decoded as they were', () => {
  fc.assert(
    fc.property(fc.array(anyLog, { maxLength: 3 }), (logs) => {
      expect(decodeLogsJson(encodeLogsJson(logs))).toEqual(logs);
    }),
  );
});

test('spans that are encoded are decoded as they were', () => {
  fc.assert(
    fc.property(fc.array(anySpan, { maxLength: 3 }), (spans) => {
      expect(decodeTracesJson(encodeTracesJson(spans))).toEqual(spans);
    }),
  );
});

test('records that share a resource and a scope are one batch', () => {
  const { resource, scope } = emptyLog();
  const logs = [1, 2].map((severityNumber) => ({ ...emptyLog(), severityNumber, resource, scope }));

  const { resourceLogs } = JSON.parse(encodeLogsJson(logs)) as {
    resourceLogs: { scopeLogs: { logRecords: unknown[] }[] }[];
  };

  expect(resourceLogs).toHaveLength(1);
  expect(resourceLogs[0]?.scopeLogs[0]?.logRecords).toHaveLength(2);
});
