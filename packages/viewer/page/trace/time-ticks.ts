import type { TimeWindow } from './time-window.ts';

/** A mark on the time axis. */
export interface TimeTick {
  /** Nanoseconds after the start of the trace. */
  readonly at: number;
  readonly label: string;
}

/** Round times within a window, about `wanted` of them and never more than twice as many. */
export function timeTicks({ from, to }: TimeWindow, wanted: number): TimeTick[] {
  const length = to - from;
  if (!(length > Math.abs(to) * PRECISION) || !Number.isFinite(length) || wanted < 1) return [];
  const step = STEPS.find((each) => length / each <= wanted) ?? yearStep(length / wanted);
  const unit = UNITS.findLast(({ nanos }) => nanos <= to && (nanos <= SECOND || step % nanos === 0)) ?? UNITS[0];
  const decimals = Math.max(0, Math.ceil(-Math.log10(step / unit.nanos) - 1e-9));
  const first = Math.ceil(from / step);
  const count = Math.min(Math.floor(to / step) - first + 1, wanted * 2);
  return Array.from({ length: Math.max(0, count) }, (_, index) => {
    const at = (first + index) * step;
    return { at, label: at === 0 ? '0' : `${(at / unit.nanos).toFixed(decimals)} ${unit.name}` };
  });
}

/** Numbers cannot tell apart times that differ by a smaller part of themselves. */
const PRECISION = 2 ** -44;
const SECOND = 1e9;
const HOUR = 3600 * SECOND;
const DAY = 24 * HOUR;

const UNITS = [
  { name: 'ns', nanos: 1 },
  { name: 'µs', nanos: 1e3 },
  { name: 'ms', nanos: 1e6 },
  { name: 's', nanos: SECOND },
  { name: 'min', nanos: 60 * SECOND },
  { name: 'h', nanos: HOUR },
  { name: 'd', nanos: DAY },
] as const;

/** Steps that people count in, up to some weeks. */
const STEPS = [
  ...Array.from({ length: 10 }, (_, power) => [1, 2, 5].map((digit) => digit * 10 ** power)).flat(),
  ...[10, 15, 30, 60, 120, 300, 600, 900, 1800].map((seconds) => seconds * SECOND),
  ...[1, 2, 3, 6, 12].map((hours) => hours * HOUR),
  ...[1, 2, 7, 14, 28].map((days) => days * DAY),
];

function yearStep(least: number): number {
  const days = least / DAY;
  const power = 10 ** Math.floor(Math.log10(days));
  const digit = [1, 2, 5, 10].find((each) => each * power >= days) ?? 10;
  return digit * power * DAY;
}
