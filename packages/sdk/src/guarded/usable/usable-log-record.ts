import { readProperty, reportOnce } from '@clew/diagnostics';
import { SeverityNumber, type LogRecord } from '@opentelemetry/api';

import { kindOf } from './input-in-words.ts';
import { usableAttributes } from './usable-attributes.ts';
import { usableContext } from './usable-context.ts';
import { usableException } from './usable-exception.ts';
import { usableName } from './usable-name.ts';
import { usableTime } from './usable-time.ts';
import { usableValue } from './usable-value.ts';

/** The SDK's limits are for attributes. */
const MAX_BODY_LENGTH = 64 * 1024;

/** Reads the part of a log record that can be exported, each field once. Reports what is left out. */
export function usableLogRecord(record: unknown): LogRecord {
  const context = readProperty(record, 'context');
  const exception = readProperty(record, 'exception');
  const usable: { [Key in keyof LogRecord]: LogRecord[Key] | undefined } = {
    eventName: usableText('event name of a log record', readProperty(record, 'eventName')),
    timestamp: usableTime('log record', readProperty(record, 'timestamp')),
    observedTimestamp: usableTime('log record', readProperty(record, 'observedTimestamp')),
    severityNumber: usableSeverity(readProperty(record, 'severityNumber')),
    severityText: usableText('severity text', readProperty(record, 'severityText')),
    body: usableValue('log body', readProperty(record, 'body'), MAX_BODY_LENGTH),
    attributes: usableAttributes(readProperty(record, 'attributes')),
    exception: exception === undefined || exception === null ? undefined : usableException(exception),
    ...(context !== undefined && { context: usableContext(context) }), // there, it would be taken as it is
  };
  return usable as LogRecord; // what is undefined there has its default
}

function usableText(of: string, text: unknown): string | undefined {
  return text === undefined ? undefined : usableName(of, text, '');
}

function usableSeverity(severity: unknown): SeverityNumber | undefined {
  if (severity === undefined || isSeverity(severity)) return severity;
  reportOnce('a severity', `unknown severity number (${kindOf(severity)}); ignored`);
  return undefined;
}

function isSeverity(severity: unknown): severity is SeverityNumber {
  return typeof severity === 'number' && SeverityNumber[severity] !== undefined;
}
