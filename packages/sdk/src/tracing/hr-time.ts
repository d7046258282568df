import type { HrTime } from '@opentelemetry/api';

const NANOS_PER_SECOND = 1_000_000_000;
const NANOS_PER_MILLI = 1_000_000;

/** The time so many milliseconds after 1970, in the steps of `@opentelemetry/core`, for the same rounding. */
export function hrTimeOf(millis: number): HrTime {
  return [Math.trunc(millis / 1000), Math.round((millis % 1000) * NANOS_PER_MILLI)];
}

/** The time so many milliseconds after another. */
export function laterBy(millis: number, [seconds, nanos]: HrTime): HrTime {
  const laterNanos = nanos + Math.round((millis % 1000) * NANOS_PER_MILLI);
  const laterSeconds = seconds + Math.trunc(millis / 1000);
  return laterNanos < NANOS_PER_SECOND ? [laterSeconds, laterNanos] : [laterSeconds + 1, laterNanos - NANOS_PER_SECOND];
}

/** The time from one to another; its seconds are negative where that is earlier. */
export function durationBetween(start: HrTime, end: HrTime): HrTime {
  const seconds = end[0] - start[0];
  const nanos = end[1] - start[1];
  return nanos < 0 ? [seconds - 1, nanos + NANOS_PER_SECOND] : [seconds, nanos];
}
