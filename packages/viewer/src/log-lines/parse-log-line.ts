import { type AttributeValue, type Attributes, createAttributes } from '../attribute-value.ts';
import { datadogSpanId, datadogTraceId, googleTraceId, hexSpanId, hexTraceId } from './log-ids.ts';
import type { JsonLogLine, LogLine } from './log-line.ts';
import { logTime } from './log-time.ts';
import { withoutEscapes } from '../terminal/printable.ts';

type Json = Readonly<Record<string, unknown>>;
/** A key of a line and how its value is read. A key with a dot also stands for an object within an object. */
type Source = readonly [key: string, read: (value: unknown) => string | undefined];

const TRACE_IDS: readonly Source[] = [
  ['trace_id', hexTraceId],
  ['traceId', hexTraceId],
  ['trace.id', hexTraceId], // Elastic Common Schema
  ['logging.googleapis.com/trace', googleTraceId],
  ['dd.trace_id', datadogTraceId],
];
const SPAN_IDS: readonly Source[] = [
  ['span_id', hexSpanId],
  ['spanId', hexSpanId],
  ['span.id', hexSpanId],
  ['logging.googleapis.com/spanId', hexSpanId],
  ['dd.span_id', datadogSpanId],
];
const PARENT_IDS: readonly Source[] = [
  ['parent_id', hexSpanId],
  ['parentId', hexSpanId],
  ['parent.id', hexSpanId],
  ['dd.parent_id', datadogSpanId],
];
const SERVICES = named('service.name', 'service', 'serviceName', 'service_name', 'dd.service', 'name');
const HOSTS = named('hostname', 'host.hostname', 'host.name', 'host');
const LEVEL_KEYS = ['level', 'severity', 'log.level'];
const MESSAGE_KEYS = ['msg', 'message'];
const TIME_KEYS = ['time', 'timestamp', '@timestamp', 'ts'];
const FLAG_KEYS = ['trace_flags', 'traceFlags', 'trace.flags', 'logging.googleapis.com/trace_sampled'];
const PROCESS_KEYS = ['pid', 'process.pid', 'hostname', 'host.hostname', 'host.name', 'v', 'ecs.version'];
const KNOWN_KEYS = new Set(
  [TRACE_IDS, SPAN_IDS, PARENT_IDS]
    .map((sources) => sources.map(([key]) => key))
    .concat([LEVEL_KEYS, MESSAGE_KEYS, TIME_KEYS, FLAG_KEYS, PROCESS_KEYS])
    .flat(),
);

const PINO_LEVELS: Readonly<Record<number, string>> = {
  10: 'trace',
  20: 'debug',
  30: 'info',
  40: 'warn',
  50: 'error',
  60: 'fatal',
};
/** Of a prefix without the spaces around it: `web-1 |`, `[web]`, `web:`. */
const PREFIX = /^\[?([\w./-]*)\]?\s*[|:]?$/;
const MAX_PREFIX = 256; // characters; the name of a service is shorter
const MAX_DEPTH = 10;

/**
 * Reads one line of a logger that writes JSON and names the trace: with OpenTelemetry's `trace_id`, as `traceId`, in
 * Elastic's, Google's or Datadog's way.
 *
 * @returns `undefined` for a line that is no JSON object or names no valid trace; never throws
 */
export function parseLogLine(text: string): LogLine | undefined {
  if (!text.includes('trace')) return undefined; // as all those keys do, and few other lines; parsing is dear
  const line = parseJsonLogLine(text);
  return line !== undefined && hasTrace(line) ? line : undefined;
}

/**
 * Reads one line of a logger that writes JSON, whether or not it names a trace. What stands before the object, as
 * `web-1 | ` of Docker Compose, is the name of the service if the line has none.
 *
 * @returns `undefined` for a line that is no JSON object; never throws
 */
export function parseJsonLogLine(text: string): JsonLogLine | undefined {
  const start = text.indexOf('{');
  const json = start === -1 ? undefined : parseObject(text.slice(start));
  if (json === undefined) return undefined;
  const traceId = firstOf(json, TRACE_IDS);
  const spanId = firstOf(json, SPAN_IDS);
  const parentId = firstOf(json, PARENT_IDS);
  const service = firstOf(json, SERVICES) ?? prefixOf(text, start);
  const host = firstOf(json, HOSTS);
  return {
    ...(traceId !== undefined && { traceId }),
    ...(spanId !== undefined && { spanId }),
    ...(parentId !== undefined && { parentId }),
    ...(service !== undefined && { service }),
    ...(host !== undefined && { host }),
    level: levelOf(presentIn(json, LEVEL_KEYS)),
    message: messageOf(presentIn(json, MESSAGE_KEYS)),
    timeUnixNano: logTime(presentIn(json, TIME_KEYS)),
    fields: ownFields(json),
  };
}

function prefixOf(text: string, length: number): string | undefined {
  if (length > MAX_PREFIX) return undefined;
  return PREFIX.exec(text.slice(0, length).trim())?.[1] || undefined;
}

/** Whether a line names its trace. */
export function hasTrace(line: JsonLogLine): line is LogLine {
  return line.traceId !== undefined;
}

function parseObject(text: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function named(...keys: readonly string[]): Source[] {
  return keys.map((key) => [key, (value) => (typeof value === 'string' && value !== '' ? value : undefined)]);
}

function firstOf(json: Json, sources: readonly Source[]): string | undefined {
  for (const [key, read] of sources) {
    const value = read(valueAt(json, key));
    if (value !== undefined) return value;
  }
  return undefined;
}

function presentIn(json: Json, keys: readonly string[]): unknown {
  return keys.map((key) => valueAt(json, key)).find((value) => value !== undefined);
}

/** The value of `a.b`, which is a key of its own or the `b` within `a`. */
function valueAt(json: Json, key: string): unknown {
  if (Object.hasOwn(json, key)) return json[key];
  const dot = key.indexOf('.');
  const outer = dot > 0 && Object.hasOwn(json, key.slice(0, dot)) ? json[key.slice(0, dot)] : undefined;
  return isObject(outer) && Object.hasOwn(outer, key.slice(dot + 1)) ? outer[key.slice(dot + 1)] : undefined;
}

function levelOf(level: unknown): string {
  if (typeof level === 'number') return PINO_LEVELS[level] ?? String(level);
  return typeof level === 'string' ? withoutEscapes(level).toLowerCase() : ''; // winston colours the word itself
}

/** winston takes any value for a message. */
function messageOf(message: unknown): string {
  if (typeof message === 'string') return message;
  return message === undefined ? '' : JSON.stringify(valueOf(message, 0));
}

/** The fields that are not known by their key, on the line itself or, as `dd: {trace_id}`, in an object on it. */
function ownFields(json: Json): Attributes {
  const fields = createAttributes();
  for (const [key, value] of Object.entries(json)) {
    if (KNOWN_KEYS.has(key)) continue;
    if (!isObject(value)) fields[key] = valueOf(value, 0);
    else {
      const unknown = Object.entries(value).filter(([inner]) => !KNOWN_KEYS.has(`${key}.${inner}`));
      if (unknown.length > 0 || Object.keys(value).length === 0) fields[key] = fieldsOf(unknown, 1);
    }
  }
  return fields;
}

function fieldsOf(entries: readonly (readonly [string, unknown])[], depth: number): Attributes {
  const fields = createAttributes();
  for (const [key, value] of entries) fields[key] = valueOf(value, depth);
  return fields;
}

function valueOf(value: unknown, depth: number): AttributeValue {
  if (typeof value !== 'object' || value === null) return value as AttributeValue;
  if (depth === MAX_DEPTH) return '…';
  if (Array.isArray(value)) return value.map((item) => valueOf(item, depth + 1));
  return fieldsOf(Object.entries(value), depth + 1);
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
