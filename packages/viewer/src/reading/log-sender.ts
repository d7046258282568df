import type { LogRecord } from '../log-record.ts';
import type { SpanRecord } from '../span-record.ts';

/** Gives a record that names no service the resource of its span: lines that were read from an output know none. */
export function withSender(
  log: LogRecord,
  spanOf: (traceId: string, spanId: string) => SpanRecord | undefined,
): LogRecord {
  if (log.traceId === undefined || log.spanId === undefined || log.resource.attributes['service.name'] !== undefined)
    return log;
  const span = spanOf(log.traceId, log.spanId);
  return span === undefined ? log : { ...log, resource: span.resource };
}
