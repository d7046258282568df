/** Time of day on this machine's clock, e.g. `12:34:56.789`; `?` for a time that is not known. */
export function formatClock(unixNano: string): string {
  const date = dateOf(unixNano);
  if (date === undefined) return '?';
  const [hours, minutes, seconds] = [date.getHours(), date.getMinutes(), date.getSeconds()].map(twoDigits);
  return `${hours}:${minutes}:${seconds}.${String(date.getMilliseconds()).padStart(3, '0')}`;
}

/** Date and time on this machine's clock, e.g. `2026-11-20 12:34:56.789`; `?` for a time that is not known. */
export function formatDateTime(unixNano: string): string {
  const date = dateOf(unixNano);
  return date === undefined ? '?' : `${formatDate(date)} ${formatClock(unixNano)}`;
}

function formatDate(date: Date): string {
  return [String(date.getFullYear()), twoDigits(date.getMonth() + 1), twoDigits(date.getDate())].join('-');
}

/** Nanoseconds between two times, as near as a number comes to it; 0 where one is not known. */
export function nanosBetween(from: string, to: string): number {
  return DECIMAL.test(from) && DECIMAL.test(to) ? Number(BigInt(to) - BigInt(from)) : 0;
}

const DECIMAL = /^\d{1,20}$/;

function dateOf(unixNano: string): Date | undefined {
  if (!DECIMAL.test(unixNano) || unixNano === '0') return undefined;
  return new Date(Number(BigInt(unixNano) / 1_000_000n));
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}
