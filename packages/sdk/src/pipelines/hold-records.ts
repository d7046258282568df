import { SeverityNumber, type AnyValue } from '@opentelemetry/api';
import type { LogRecordProcessor, ReadWriteLogRecord } from '@opentelemetry/sdk-logs';

import { greatestHeldSeverity, heldLogs, type HoldLevel } from '@clew/logs/hold/internal';

/** On a record that was held with its trace and comes late. */
const HELD = 'clew.held';

const RECORD_BYTES = 200; // besides texts and values

/**
 * Puts a holder in front of log record processors: records up to a level that were made in a trace reach them when the
 * trace is kept, in order and with `clew.held` on them, or never.
 */
export function holdRecords(
  level: HoldLevel | 'none',
  processors: readonly LogRecordProcessor[],
): readonly LogRecordProcessor[] {
  if (level === 'none') return processors;
  const greatestHeld = greatestHeldSeverity(level);
  const passOn: LogRecordProcessor['onEmit'] = (record, context) => {
    for (const processor of processors) processor.onEmit(record, context);
  };
  const sink = { release: (record: ReadWriteLogRecord) => passOn(record) };
  const holder: LogRecordProcessor = {
    onEmit(record, context) {
      const { severityNumber = 0, spanContext } = record;
      const traceId = spanContext?.traceId;
      if (traceId === undefined) return passOn(record, context);
      if (severityNumber >= SeverityNumber.ERROR) heldLogs().keep(traceId);
      const isLow = severityNumber > 0 && severityNumber <= greatestHeld;
      if (!isLow || !heldLogs().hold(traceId, record, bytesOf(record), sink)) return passOn(record, context);
      record.setAttribute(HELD, true); // it can be written to until this returns
    },
    forceFlush: async (options) => void (await Promise.all(processors.map((each) => each.forceFlush(options)))),
    shutdown: async () => void (await Promise.all(processors.map((each) => each.shutdown()))),
  };
  return [holder];
}

function bytesOf({ body, attributes }: ReadWriteLogRecord): number {
  return RECORD_BYTES + sizeOf(body) + sizeOf(attributes);
}

function sizeOf(value: AnyValue): number {
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null) return 8;
  if (value instanceof Uint8Array) return value.byteLength;
  return Object.entries(value).reduce((sum, [key, item]) => sum + key.length + sizeOf(item as AnyValue), 0);
}
