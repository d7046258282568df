import type { LogRecord } from '../log-record.ts';

/**
 * The log records of each span, by its id; under the empty id those that name none.
 *
 * @param known ids of spans: records that name others stand under the empty id, too. Default: all are known
 */
export function logsBySpan(logs: readonly LogRecord[], known?: ReadonlySet<string>): Map<string, LogRecord[]> {
  const bySpan = new Map<string, LogRecord[]>();
  for (const log of logs) {
    const spanId = log.spanId !== undefined && known?.has(log.spanId) !== false ? log.spanId : '';
    const list = bySpan.get(spanId);
    if (list === undefined) bySpan.set(spanId, [log]);
    else list.push(log);
  }
  return bySpan;
}
