import { kindOf, type OptionKind } from './option-kind.ts';

/** Node's timers have 31 bits and treat longer times as 1 ms; some room is left for what we add to a timeout. */
const MAX_MILLIS = 24 * 24 * 60 * 60 * 1000;

/** Milliseconds of a timeout or an interval, where 0 means at once. */
export const millis: OptionKind<number> = millisFrom(0);

/** Milliseconds of a timeout or an interval, 1 or more. */
export const positiveMillis: OptionKind<number> = millisFrom(1);

function millisFrom(least: number): OptionKind<number> {
  return kindOf(
    'number',
    `a number of milliseconds from ${least} to ${MAX_MILLIS} (24 days)`,
    (value): value is number => Number.isSafeInteger(value) && Number(value) >= least && Number(value) <= MAX_MILLIS,
    Number,
  );
}
