import { placeOfError, reportOnce } from '@clew/diagnostics';
import type { Attributes } from '@opentelemetry/api';
import type { LogRecordProcessor } from '@opentelemetry/sdk-logs';

import { redactAttributes } from './redact-attributes.ts';
import { REDACTED } from './text/redacted.ts';
import type { Redactor } from './redactor.ts';

type LogRecord = Parameters<LogRecordProcessor['onEmit']>[0];

/** Redacts each log record for the processors after it. A record that cannot be redacted loses what it says. */
export function redactLogRecords(redactor: Redactor): LogRecordProcessor {
  return {
    onEmit(record) {
      try {
        redactRecord(record, redactor);
      } catch (error) {
        reportOnce('redaction of logs', `cannot redact a log record (${placeOfError(error)}); sending it empty`);
        withhold(record);
      }
    },
    forceFlush: () => Promise.resolve(),
    shutdown: () => Promise.resolve(),
  };
}

function redactRecord(record: LogRecord, redactor: Redactor): void {
  const { body } = record;
  const redacted = typeof body === 'string' ? redactor.text('log.body', body) : redactor.value('', body);
  if (redacted !== body) record.setBody(redacted);
  redactAttributes(record.attributes, redactor);
  if (record.eventName !== undefined) record.setEventName(redactor.text('event.name', record.eventName));
}

function withhold(record: LogRecord): void {
  record.setBody(REDACTED);
  const attributes: Attributes = record.attributes;
  for (const name of Object.keys(attributes)) delete attributes[name];
}
