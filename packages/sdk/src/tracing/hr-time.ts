import type { HrTime } from '@opentelemetry/api';

const NANOS_PER_SECOND = 1_000_000_000;
export const NANOS_PER_MILLI = 1_000_000;

/** The time so many milliseconds after 1970, in the steps of `@opentelemetry/core`, for the same rounding. */
export function hrTimeOf(millis: number): HrTime {
  return [Math.trunc(millis / 1000), Math.round((millis % 1000) * NANOS_PER_MILLI)];
}

/** The time so many milliseconds after another, written into an array that is there already where one is given. */
export function laterBy(millis: number, [seconds, nanos]: HrTime, later: HrTime = [0, 0]): HrTime {
  const laterNanos = nanos + Math.round((millis % 1000) * NANOS_PER_MILLI);
  const isWithin = laterNanos < NANOS_PER_SECOND;
  later[0] = seconds + Math.trunc(millis / 1000) + (isWithin ? 0 : 1);
  later[1] = isWithin ? laterNanos : laterNanos - NANOS_PER_SECOND;
  return later;
}

/** The time from one to another; its seconds are negative where that is earlier. */
export function durationBetween(start: HrTime, end: HrTime): HrTime {
  const seconds = end[0] - start[0];
  const nanos = end[1] - start[1];
  return nanos < 0 ? [seconds - 1, nanos + NANOS_PER_SECOND] : [seconds, nanos];
}
