import type { AttributeValue, Attributes } from '../attribute-value.ts';
import type { LogRecord } from '../log-record.ts';
import type { SpanRecord } from '../span-record.ts';

/** What a record costs beside its attributes: its object, ids, times and place in the index. */
const RECORD_BYTES = 300;
const ENTRY_BYTES = 32;

/** About how many bytes of memory the span takes. Resource and scope are shared and not counted. */
export function spanSize(span: SpanRecord): number {
  let size = RECORD_BYTES + span.name.length + (span.status.message?.length ?? 0) + attributesSize(span.attributes);
  for (const event of span.events) size += RECORD_BYTES + event.name.length + attributesSize(event.attributes);
  for (const link of span.links) size += RECORD_BYTES + attributesSize(link.attributes);
  return size;
}

/** About how many bytes of memory the log record takes. */
export function logSize(log: LogRecord): number {
  return RECORD_BYTES + valueSize(log.body) + attributesSize(log.attributes);
}

function attributesSize(attributes: Attributes): number {
  let size = 0;
  for (const key in attributes) size += ENTRY_BYTES + key.length + valueSize(attributes[key] ?? null);
  return size;
}

function valueSize(value: AttributeValue): number {
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null) return 8;
  if (value instanceof Uint8Array) return value.byteLength;
  if (!isList(value)) return attributesSize(value);
  return value.reduce<number>((size, item) => size + valueSize(item), ENTRY_BYTES);
}

const isList: (value: object) => value is readonly AttributeValue[] = Array.isArray;
