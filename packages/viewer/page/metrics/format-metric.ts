import type { MetricSeries } from '../../src/api/answers.ts';

/** The last value of a series for people: `12.5 MiB`, `0.34`, `1,204 × 8.2 ms` for a histogram of 1,204 with that mean. */
export function formatMetric({ value, count, sum, unit }: MetricSeries): string {
  if (value !== undefined) return withUnit(value, unit);
  if (count === undefined) return '?';
  const times = count.toLocaleString('en');
  return sum === undefined || count === 0 ? `${times} ×` : `${times} × ${withUnit(sum / count, unit)}`;
}

const BYTE_UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
const SECONDS: Readonly<Record<string, number>> = { s: 1, ms: 1e-3, us: 1e-6, ns: 1e-9 };

function withUnit(value: number, unit: string): string {
  if (unit === 'By') return bytes(value);
  const seconds = SECONDS[unit];
  if (seconds !== undefined) return duration(value * seconds);
  const isPlain = unit === '' || unit === '1' || unit.startsWith('{'); // an annotation such as `{request}`
  return isPlain ? rounded(value) : `${rounded(value)} ${unit}`;
}

function bytes(value: number): string {
  const power = Math.abs(value) < 1 ? 0 : Math.min(4, Math.floor(Math.log2(Math.abs(value)) / 10));
  return `${rounded(value / 1024 ** power)} ${BYTE_UNITS[power]}`;
}

function duration(seconds: number): string {
  const size = Math.abs(seconds);
  if (size >= 1 || size === 0) return `${rounded(seconds)} s`;
  return size >= 1e-3 ? `${rounded(seconds * 1e3)} ms` : `${rounded(seconds * 1e6)} µs`;
}

function rounded(value: number): string {
  if (Number.isInteger(value)) return value.toLocaleString('en');
  return Math.abs(value) >= 100 ? Math.round(value).toLocaleString('en') : String(Number(value.toPrecision(3)));
}
