import { writeLine } from './write-line.ts';

/** How a loss or a problem is told: the first time at once, then at most one line a minute with a count. */
export interface ReportClock {
  /** Milliseconds that only grow. */
  now(): number;
  /** Runs `callback` after `delayMillis`; must not keep the process alive. */
  later(callback: () => void, delayMillis: number): void;
}

interface Cause {
  /** When the last line was written, in the clock's milliseconds. */
  saidAt: number;
  /** How often it happened, or how much was lost, since that line. */
  untold: number;
  /** The line for what is untold. */
  describe(untold: number): string;
  waiting: boolean;
}

const INTERVAL_MILLIS = 60_000;
/** Leaves room for the count on a line that is cut. */
const MAX_MESSAGE_LENGTH = 900;
/** A cause should be a constant. Those that are made of what others say are counted together from here on. */
const MAX_CAUSES = 1000;
const OTHER_CAUSES = 'clew: other causes';

// The preload is a bundle with a copy of this module of its own; both must count the same causes.
const CAUSES = Symbol.for('clew.diagnostics.causes');
const shared = globalThis as { [CAUSES]?: Map<string, Cause> };

// Those of Node, before an application replaces them, as fake timers do.
const { setTimeout } = globalThis;
const { hrtime } = process;

const systemClock: ReportClock = {
  now: () => hrtime()[0] * 1e3,
  later: (callback, delayMillis) => void setTimeout(callback, delayMillis).unref(),
};

/**
 * Says on stderr that something went wrong: the first report of a cause at once, later ones at most once a minute
 * with how often it happened in between. Never throws.
 *
 * @param cause what is counted as the same; a constant of the code, never user data
 * @param message one line: what happened and what to do about it; names, never values
 */
export function reportOnce(cause: string, message: string, clock: ReportClock = systemClock): void {
  const again = (untold: number) => `${message.slice(0, MAX_MESSAGE_LENGTH)} (${untold} more since this was last said)`;
  report(cause, 1, message, again, clock);
}

/**
 * The same for what is counted in larger numbers, such as lost spans.
 *
 * @param describe one line that says what happened to so many, and what to do about it
 */
export function reportLoss(
  cause: string,
  count: number,
  describe: (count: number) => string,
  clock: ReportClock = systemClock,
): void {
  report(cause, count, describe(count), describe, clock);
}

function report(cause: string, count: number, first: string, again: Cause['describe'], clock: ReportClock): void {
  const causes = (shared[CAUSES] ??= new Map());
  const counted = causes.has(cause) || causes.size < MAX_CAUSES ? cause : OTHER_CAUSES;
  const known = causes.get(counted);
  if (known === undefined) {
    causes.set(counted, { saidAt: clock.now(), untold: 0, describe: again, waiting: false });
    writeLine(first);
    return;
  }
  known.untold += count;
  known.describe = again;
  if (known.waiting) return;
  known.waiting = true;
  clock.later(() => known.untold > 0 && tell(known, clock), Math.max(0, known.saidAt + INTERVAL_MILLIS - clock.now()));
}

/** Writes the counts that wait for their minute to pass, now: for the end of the process. */
export function tellUntold(clock: ReportClock = systemClock): void {
  for (const cause of shared[CAUSES]?.values() ?? []) if (cause.untold > 0) tell(cause, clock);
}

/** Forgets every cause, so that the next report of each is written at once. For tests. */
export function forgetReports(): void {
  shared[CAUSES]?.clear();
}

function tell(cause: Cause, clock: ReportClock): void {
  writeLine(cause.describe(cause.untold));
  cause.saidAt = clock.now();
  cause.untold = 0;
  cause.waiting = false;
}
