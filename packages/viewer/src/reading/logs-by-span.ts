import type { LogRecord } from '../log-record.ts';

/** The log records of each span, by its id; under the empty id those that name none. */
export function logsBySpan(logs: readonly LogRecord[]): Map<string, LogRecord[]> {
  const bySpan = new Map<string, LogRecord[]>();
  for (const log of logs) {
    const { spanId = '' } = log;
    const list = bySpan.get(spanId);
    if (list === undefined) bySpan.set(spanId, [log]);
    else list.push(log);
  }
  return bySpan;
}
