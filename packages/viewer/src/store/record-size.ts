import type { AttributeValue, Attributes } from '../attribute-value.ts';
import type { LogRecord } from '../log-record.ts';
import { LazySpan } from '../otlp/lazy-span.ts';
import type { Resource, Scope } from '../resource.ts';
import type { SpanRecord } from '../span-record.ts';

/** Bytes of a record beside its values: its object, ids, times and place in the index. */
const RECORD_BYTES = 300;
/** Bytes that V8 takes for one of each beside its content. */
const BYTES = { entry: 32, value: 16, string: 16, object: 64, array: 32, buffer: 200 };
/** Bytes that the index of links takes for one. */
const LINK_BYTES = 400;
const TWO_BYTES = /[\u0100-\uFFFF]/; // of a string with one such character, every character takes two

/** About how many bytes of V8's memory the span takes, without its resource and scope, which it may share. */
export function spanSize(span: SpanRecord): number {
  if (span instanceof LazySpan) return span.links.length * LINK_BYTES;
  let size = RECORD_BYTES + textSize(span.name) + attributesSize(span.attributes);
  size += textSize(span.status.message) + textSize(span.traceState);
  for (const event of span.events) size += RECORD_BYTES + textSize(event.name) + attributesSize(event.attributes);
  for (const link of span.links) size += RECORD_BYTES + textSize(link.traceState) + attributesSize(link.attributes);
  return size;
}

/** About how many bytes of memory the log record takes, without its resource and scope, which it may share. */
export function logSize(log: LogRecord): number {
  const texts = textSize(log.severityText) + textSize(log.eventName);
  return RECORD_BYTES + texts + valueSize(log.body) + attributesSize(log.attributes);
}

/** About how many bytes of memory a resource takes. */
export function resourceSize({ attributes }: Resource): number {
  return BYTES.object + attributesSize(attributes);
}

/** About how many bytes of memory a scope takes. */
export function scopeSize({ name, version }: Scope): number {
  return BYTES.object + textSize(name) + textSize(version);
}

export function attributesSize(attributes: Attributes): number {
  let size = 0;
  for (const key in attributes) size += BYTES.entry + textSize(key) + valueSize(attributes[key] ?? null);
  return size;
}

function valueSize(value: AttributeValue): number {
  if (typeof value === 'string') return textSize(value);
  if (typeof value !== 'object' || value === null) return BYTES.value;
  if (value instanceof Uint8Array) return BYTES.buffer + value.byteLength;
  if (!isList(value)) return BYTES.object + attributesSize(value);
  return value.reduce<number>((size, item) => size + valueSize(item), BYTES.array);
}

export function textSize(text: string | undefined): number {
  if (text === undefined) return 0;
  return BYTES.string + text.length * (TWO_BYTES.test(text) ? 2 : 1);
}

const isList: (value: object) => value is readonly AttributeValue[] = Array.isArray;
