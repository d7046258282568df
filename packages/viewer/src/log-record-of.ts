import { emptyLog, type LogRecord } from './log-record.ts';
import type { LogLine } from './log-lines/log-line.ts';

/** @see https://opentelemetry.io/docs/specs/otel/logs/data-model/#field-severitynumber */
const SEVERITY_NUMBERS: Readonly<Record<string, number>> = {
  silly: 1,
  trace: 1,
  verbose: 5,
  debug: 5,
  http: 9,
  info: 9,
  notice: 10,
  warn: 13,
  warning: 13,
  error: 17,
  crit: 18,
  critical: 18,
  alert: 19,
  fatal: 21,
  emerg: 21,
};

/** A line of a logger as OTLP would have carried it. */
export function logRecordOf(line: LogLine): LogRecord {
  const { traceId, spanId, level, message, timeUnixNano, fields } = line;
  return {
    ...emptyLog(),
    traceId,
    ...(spanId !== undefined && { spanId }),
    timeUnixNano,
    severityNumber: Object.hasOwn(SEVERITY_NUMBERS, level) ? (SEVERITY_NUMBERS[level] ?? 0) : 0,
    severityText: level,
    body: message,
    attributes: fields,
  };
}
