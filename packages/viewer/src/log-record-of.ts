import { emptyLog, type LogRecord } from './log-record.ts';
import type { LogLine } from './log-lines/log-line.ts';

/** A line of a logger as OTLP would have carried it. */
export function logRecordOf(line: LogLine): LogRecord {
  const { traceId, spanId, level, message, timeUnixNano, fields } = line;
  return {
    ...emptyLog(),
    traceId,
    ...(spanId !== undefined && { spanId }),
    timeUnixNano,
    severityNumber: severityNumber(level),
    severityText: level,
    body: message,
    attributes: fields,
  };
}

/**
 * A copy of the table of `@clew/logs`, of which the viewer imports nothing; test/contracts compares the two.
 *
 * @see https://opentelemetry.io/docs/specs/otel/logs/data-model/#field-severitynumber
 */
export const SEVERITIES: Readonly<Record<string, number>> = {
  silly: 1,
  trace: 1,
  input: 2,
  prompt: 4,
  debug: 5,
  verbose: 6,
  http: 7,
  log: 9,
  info: 9,
  notice: 10,
  data: 10,
  help: 11,
  warn: 13,
  warning: 13,
  error: 17,
  err: 17,
  crit: 18,
  critical: 18,
  alert: 19,
  fatal: 21,
  emerg: 21,
};

/** By name, or for a level that pino does not name by its number: 10 to 60 are trace to fatal. 0 for any other. */
function severityNumber(level: string): number {
  if (Object.hasOwn(SEVERITIES, level)) return SEVERITIES[level] ?? 0;
  if (!/^-?\d+(?:\.\d+)?$/.test(level)) return 0;
  return Math.min(Math.max(1 + Math.floor(((Number(level) - 10) * 4) / 10), 1), 24);
}
