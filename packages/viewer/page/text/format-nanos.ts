import { formatDuration } from '../../src/reading/format-duration.ts';

/** A duration for people, e.g. `84.1ms`, from a number of nanoseconds; with a minus before it where it is negative. */
export function formatNanos(nanos: number): string {
  if (!Number.isFinite(nanos)) return '?';
  const text = formatDuration(BigInt(Math.round(Math.abs(nanos))));
  return nanos < 0 && text !== '0µs' ? `−${text}` : text;
}

/** A time before or after another, with its sign: `+2.0ms`. */
export function formatOffset(nanos: number): string {
  const text = formatNanos(nanos);
  return text.startsWith('−') ? text : `+${text}`;
}
