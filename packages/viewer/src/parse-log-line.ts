import { stripVTControlCharacters } from 'node:util';

import { type AttributeValue, type Attributes, createAttributes } from './attribute-value.ts';

/** A log line that names its trace. */
export interface LogLine {
  /** 32 hex digits, in lowercase. */
  readonly traceId: string;
  /** 16 hex digits, in lowercase. */
  readonly spanId?: string;
  /** In lowercase, e.g. `error`; empty when the line has none. */
  readonly level: string;
  readonly message: string;
  /** Nanoseconds since 1970; 0 when the line has no time. */
  readonly timeUnixNano: bigint;
  /** What else is on the line, without process id and host name. */
  readonly fields: Attributes;
}

type Json = Readonly<Record<string, unknown>>;

const TRACE_ID = /^(?!0{32})[\da-f]{32}$/i;
const SPAN_ID = /^(?!0{16})[\da-f]{16}$/i;
const PINO_LEVELS: Readonly<Record<number, string>> = {
  10: 'trace',
  20: 'debug',
  30: 'info',
  40: 'warn',
  50: 'error',
  60: 'fatal',
};
const TRACE_KEYS = ['trace_id', 'traceId'];
const SPAN_KEYS = ['span_id', 'spanId'];
const LEVEL_KEYS = ['level', 'severity'];
const MESSAGE_KEYS = ['msg', 'message'];
const TIME_KEYS = ['time', 'timestamp', '@timestamp'];
const UNSHOWN = ['trace_flags', 'traceFlags', 'pid', 'hostname', 'v'];
const KNOWN_KEYS = new Set([...TRACE_KEYS, ...SPAN_KEYS, ...LEVEL_KEYS, ...MESSAGE_KEYS, ...TIME_KEYS, ...UNSHOWN]);
const MAX_DEPTH = 10;
const MAX_MILLIS = 8.64e15; // what a Date can hold

/**
 * Reads one line of a logger that writes JSON, e.g. pino, bunyan or winston.
 *
 * @returns `undefined` for a line that is no JSON object or names no valid trace; never throws
 */
export function parseLogLine(line: string): LogLine | undefined {
  if (!line.includes('"trace_id"') && !line.includes('"traceId"')) return undefined; // most lines; parsing is dear
  const json = parseObject(line);
  if (json === undefined) return undefined;
  const traceId = firstOf(json, TRACE_KEYS);
  const spanId = firstOf(json, SPAN_KEYS);
  if (typeof traceId !== 'string' || !TRACE_ID.test(traceId)) return undefined;
  return {
    traceId: traceId.toLowerCase(),
    ...(typeof spanId === 'string' && SPAN_ID.test(spanId) && { spanId: spanId.toLowerCase() }),
    level: levelOf(firstOf(json, LEVEL_KEYS)),
    message: textOf(firstOf(json, MESSAGE_KEYS)),
    timeUnixNano: timeOf(firstOf(json, TIME_KEYS)),
    fields: fieldsOf(json, KNOWN_KEYS, 0),
  };
}

function parseObject(line: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined;
  } catch {
    return undefined;
  }
}

function firstOf(json: Json, keys: readonly string[]): unknown {
  const key = keys.find((key) => Object.hasOwn(json, key));
  return key === undefined ? undefined : json[key];
}

function levelOf(level: unknown): string {
  if (typeof level === 'number') return PINO_LEVELS[level] ?? String(level);
  return stripVTControlCharacters(textOf(level)).toLowerCase(); // winston colours the word itself
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** Loggers write milliseconds since 1970 or an ISO date. */
function timeOf(time: unknown): bigint {
  const millis = typeof time === 'string' ? Date.parse(time) : time;
  if (typeof millis !== 'number' || !(millis > 0 && millis < MAX_MILLIS)) return 0n;
  return BigInt(Math.trunc(millis)) * 1_000_000n;
}

function fieldsOf(json: Json, without: ReadonlySet<string>, depth: number): Attributes {
  const fields = createAttributes();
  for (const [key, value] of Object.entries(json)) if (!without.has(key)) fields[key] = valueOf(value, depth);
  return fields;
}

function valueOf(value: unknown, depth: number): AttributeValue {
  if (typeof value !== 'object' || value === null) return value as AttributeValue;
  if (depth === MAX_DEPTH) return '…';
  if (Array.isArray(value)) return value.map((item) => valueOf(item, depth + 1));
  return fieldsOf(value as Json, new Set(), depth + 1);
}
