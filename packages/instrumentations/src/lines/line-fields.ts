import { hostname } from 'node:os';

import { trace, type Context } from '@opentelemetry/api';

/** A minute: a line is written soon after its time is taken. */
const MAX_AGE_MILLIS = 60_000;

/**
 * The time that a line has, in milliseconds since 1970: a date, milliseconds or seconds as a number, or text of ISO
 * 8601.
 *
 * @returns undefined for what is not about now: it is a field of the application, or a format of its own
 */
export function timeOfLine(time: unknown, now: number = Date.now()): number | undefined {
  return readings(time).find((millis) => Math.abs(now - millis) < MAX_AGE_MILLIS);
}

function readings(time: unknown): number[] {
  if (typeof time === 'number') return [time, time * 1000];
  if (typeof time === 'string') return [Date.parse(time)];
  return time instanceof Date ? [time.getTime()] : [];
}

/** The fields without those that say what the resource and the trace context of a log record say. */
export function withoutOrigin(fields: Record<string, unknown>, context: Context): Record<string, unknown> {
  const { trace_id: traceId, span_id: _spanId, trace_flags: _traceFlags, ...untraced } = fields;
  const isCorrelated = traceId !== undefined && traceId === trace.getSpanContext(context)?.traceId;
  const { pid, hostname: host, ...elsewhere } = isCorrelated ? untraced : fields;
  if (pid !== undefined && pid !== process.pid) elsewhere['pid'] = pid;
  if (host !== undefined && host !== ownHostname()) elsewhere['hostname'] = host;
  return elsewhere;
}

let knownHostname: string | undefined; // a second copy of this module asks once more
function ownHostname(): string {
  return (knownHostname ??= hostname());
}
