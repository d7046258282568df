import { reportOnce } from '@clew/diagnostics';
import type { TimeInput } from '@opentelemetry/api';

import { kindOf } from './input-in-words.ts';

/** OTLP counts nanoseconds since 1970 in 64 bits, which last until 2554. */
const MAX_MILLIS = 2 ** 64 / 1_000_000;

/**
 * A point in time that can be exported; `undefined`, which means now, where there is none.
 *
 * @param of names the time in the message: `end`
 */
export function usableTime(of: string, time: unknown): TimeInput | undefined {
  if (time === undefined || time === null) return undefined;
  const usable = timeOf(time);
  if (usable === undefined) {
    reportOnce(`time of ${of}`, `invalid ${of} time (${kindOf(time)}); using the current time`);
  }
  return usable;
}

/** Tells whether a value stands for a time, be it one that can be used or not, where it could be attributes. */
export function isTimeLike(value: unknown): boolean {
  try {
    return typeof value === 'number' || Array.isArray(value) || value instanceof Date;
  } catch {
    return false; // a Proxy
  }
}

function timeOf(time: unknown): TimeInput | undefined {
  try {
    if (typeof time === 'number') return isMillis(time) ? time : undefined;
    if (Array.isArray(time)) return pairOf(time);
    return time instanceof Date && isMillis(Date.prototype.getTime.call(time)) ? time : undefined;
  } catch {
    return undefined; // a Proxy
  }
}

/** A copy: the SDK keeps what it is given until the span is exported. */
function pairOf(time: readonly unknown[]): TimeInput | undefined {
  const [seconds, nanoseconds] = time;
  if (time.length !== 2 || typeof seconds !== 'number' || typeof nanoseconds !== 'number') return undefined;
  const isPoint = nanoseconds >= 0 && isMillis(seconds * 1000 + nanoseconds / 1_000_000);
  return isPoint && seconds >= 0 ? [seconds, nanoseconds] : undefined;
}

const isMillis = (millis: number) => millis >= 0 && millis < MAX_MILLIS; // false for NaN
