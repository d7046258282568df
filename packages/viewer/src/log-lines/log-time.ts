const DIGITS = /^\d{1,19}(?:\.\d+)?$/;
const BEYOND_MILLIS = /:\d\d[.,]\d{3}(\d{1,6})/;
const MAX_MILLIS = 8.64e15; // what a Date can hold

/**
 * The time on a log line as nanoseconds since 1970, or 0 for none. Takes an ISO date, Google's `{seconds, nanos}`, and
 * a number of seconds, milliseconds, microseconds or nanoseconds: its size says which, from 1973 to 5138.
 */
export function logTime(value: unknown): bigint {
  if (typeof value === 'number') return numberTime(value);
  if (typeof value === 'string') return DIGITS.test(value) ? numberTime(Number(value)) : dateTime(value);
  return isGoogleTime(value) ? numberTime(Number(value.seconds)) + BigInt(value.nanos) : 0n;
}

function isGoogleTime(value: unknown): value is { seconds: number | string; nanos: number } {
  if (typeof value !== 'object' || value === null || !('seconds' in value && 'nanos' in value)) return false;
  const { seconds, nanos } = value;
  if (typeof seconds !== 'number' && typeof seconds !== 'string') return false;
  return typeof nanos === 'number' && Number.isInteger(nanos) && nanos >= 0 && nanos < 1e9;
}

function numberTime(value: number): bigint {
  if (!(value > 0 && value < MAX_MILLIS * 1e6)) return 0n;
  const unit = nanosIn(value);
  const whole = Math.trunc(value);
  const micros = Math.round(((value - whole) * unit) / 1000); // a double holds no more of a time in seconds
  return BigInt(whole) * BigInt(unit) + BigInt(micros) * 1000n;
}

/** Nanoseconds in the unit of a number. */
function nanosIn(value: number): number {
  if (value < 1e11) return 1e9;
  if (value < 1e14) return 1e6;
  return value < 1e17 ? 1e3 : 1;
}

function dateTime(text: string): bigint {
  const millis = Date.parse(text);
  if (!(millis > 0)) return 0n;
  const beyond = BEYOND_MILLIS.exec(text)?.[1] ?? '';
  return BigInt(millis) * 1_000_000n + BigInt(beyond.padEnd(6, '0'));
}
