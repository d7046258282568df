import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { type AttributeValue, createAttributes } from '../attribute-value.ts';
import { emptyLog } from '../log-record.ts';
import { decodeLogsJson } from './decode-logs-json.ts';
import { encodeLogsJson } from './encode-logs-json.ts';

test('what is encoded is decoded as it was', () => {
  const hex = (length: number) => fc.stringMatching(new RegExp(`^[1-9a-f]{${length}}$`));
  const { value } = fc.letrec<{ value: AttributeValue }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      fc.string(),
      fc.boolean(),
      fc.constant(null),
      fc.maxSafeInteger().map((integer) => integer + 0), // JSON has no negative zero
      fc.double({ noInteger: true }),
      fc.bigInt(2n ** 60n, 2n ** 63n - 1n),
      fc.uint8Array({ maxLength: 8 }),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(fc.string(), tie('value'), { maxKeys: 3 }),
    ),
  }));
  const attributes = fc
    .dictionary(fc.string(), value, { maxKeys: 3 })
    .map((own) => Object.assign(createAttributes(), own));
  const log = fc.record({
    traceId: hex(32),
    spanId: hex(16),
    timeUnixNano: fc.bigInt(0n, 2n ** 64n - 1n),
    severityNumber: fc.nat(24),
    severityText: fc.string(),
    body: value,
    attributes,
    resource: fc.record({ attributes }),
    scope: fc.record({ name: fc.string(), version: fc.string() }),
  });

  fc.assert(
    fc.property(fc.array(log, { maxLength: 3 }), (fields) => {
      const logs = fields.map((own) => ({ ...emptyLog(), ...own }));

      expect(decodeLogsJson(encodeLogsJson(logs))).toEqual(logs);
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
