import type { BudgetPolicy, CountsMode } from '../policy/policy.ts';
import { capacityOf, withRoundedShares, type Demand, type Lane } from './demand.ts';
import { createKeyHistories, REST } from './key-histories.ts';
import { createMovingRate } from './moving-rate.ts';
import { keptBy, type StratumStart } from './stratum.ts';
import { createWindow, type BudgetWindow } from './window.ts';

/**
 * A limit on exported spans that keeps counts true. Traces that have ended are gathered for a while, and kept with shares
 * at which the budget is spent:
 *
 * ```
 *   errors ─▶ a window of 1 s ─┐
 *   slow   ─▶ a window of 1 s ─┼─▶ keep(trace, threshold), paced by whoever takes it
 *   rest   ─▶ one of `burst`  ─┘   drop(trace)
 *   far below the budget: each at once, as if there were none
 * ```
 *
 * It arms no timer: `tick()` does what is due.
 */
export interface Budget<Trace> {
  /** Takes a trace that has ended. It is kept or dropped now or later, once. */
  offer(trace: Trace, demand: Demand): void;
  /**
   * Decides at once, by the past alone. What leaves of it has to be counted by `spend`.
   *
   * @returns the threshold, `undefined` where it is not kept
   */
  decide(demand: Demand): string | undefined;
  /** Counts spans that leave whatever the budget says. */
  spend(spans: number): void;
  /** Closes the windows that are due. */
  tick(): void;
  /** The time at which a window has to be closed; `undefined` when no trace waits. */
  nextDue(): number | undefined;
  /** Decides about all that waits: as much is kept as may leave by now. */
  closeAll(): void;
  /** Spans of the traces that wait. */
  held(): number;
  /** More waits than two windows and a half can need. */
  isOverfull(): boolean;
  /** The share of its errors that a trace may promise to others before it has ended, from the past. */
  errorShare(): number;
  /** Spans a millisecond that are left for traces that neither failed nor are slow. */
  restRate(): number;
  /** Counts that later traces are to stand for, by the names of strata. */
  readonly carried: ReadonlyMap<string, number>;
  /** Milliseconds for which the rest is gathered now. */
  windowMillis(): number;
}

/** Where traces go. */
interface BudgetSink<Trace> {
  keep(trace: Trace, threshold: string, lane: Lane): void;
  drop(trace: Trace): void;
}

/** Surroundings of a budget. */
export interface BudgetOptions<Trace> {
  readonly policy: BudgetPolicy;
  /** Number of values of the attributes to balance by that are told apart. */
  readonly maxKeys: number;
  readonly sink: BudgetSink<Trace>;
  /** Milliseconds. It may jump: then a window is closed earlier or later. */
  now(): number;
  /** Spans that are kept and have not left. */
  queued(): number;
  /** Spans a millisecond that this thread may export. */
  rate(): number;
  /** Spans that may wait, here and for their turn. Default: any number. */
  readonly maxWaiting?: number;
}

const SECOND = 1000;

/** Numbers with which each way to count comes out best in the runs of `npm run bench -- sampling`. */
const WAYS = {
  exact: { alpha: 0.95, fill: 1, atOnce: 0.3, slow: 0.25, minBursts: 1, maxBursts: 1 },
  calibrated: { alpha: 0.75, fill: 1.02, atOnce: 0.15, slow: 0.3, minBursts: 2, maxBursts: 6 },
} as const;

/** Traces of a key in the past below which all of them are to be kept, big ones too: there are so few. */
const RARE = 4;
const RAREST = 1;
/** Seconds for which an unspent part is kept. */
const MAX_CREDIT = 4;
/** Part of the budget that no lane falls below: what has no chance at all is missing in the counts. */
const LEAST = 0.05;
/** Demand below this part of the budget is no reason to wait. */
const QUIET = 0.5;
/** Milliseconds in which what waits for its turn leaves: above that, what others were told of has taken the room. */
const QUIET_QUEUE = 5000;
/** Part of the spans that may wait which one window may keep. */
const PART_OF_ROOM = 0.35;
/** Milliseconds. */
const SHORTEST = 100;
/** Windows of spans that never wait, but for bad luck or a randomness that is none. Of few spans more may. */
const OVERFULL = 2.5;
const FEW_SPANS = 1000;
/** Traces of a calibrated stratum that a window should have room for. */
const PER_STRATUM = 4;
/** Part of the budget of a `burst` above which a trace has nothing in common with those of its key. */
const GIANT = 0.4;
const GIANT_NAME = '*giant'; // no key: those are JSON

/** The value of a trace with so many spans: big ones are worth less than they cost, most of all where many are wanted. */
const VALUES: Readonly<Record<Lane, (spans: number) => number>> = {
  errors: () => 1,
  slow: (spans) => 1 / spans,
  rest: (spans) => spans ** -0.5,
};

/** The end of the name of a stratum, behind its key. */
const KIND = / \S+ \S+ \S+$/;

type Short = Exclude<Lane, 'rest'>;

// oxlint-disable-next-line max-lines-per-function -- its functions close over one budget; none is long
export function createBudget<Trace>(options: BudgetOptions<Trace>): Budget<Trace> {
  const { policy, sink, queued, rate, maxWaiting = Infinity } = options;
  const way = WAYS[policy.counts];
  const histories = createKeyHistories(options.maxKeys);
  const stratumOf = createStratumNames();
  const carried = new Map<string, number>();
  const drop = (trace: Trace) => sink.drop(trace);
  const windows: Readonly<Record<Lane, BudgetWindow<Trace>>> = {
    errors: createWindow({ valueOf: VALUES.errors, startOf, drop, carried }),
    slow: createWindow({ valueOf: VALUES.slow, startOf, drop, carried }),
    rest: createWindow({ valueOf: VALUES.rest, startOf, drop, carried }),
  };
  const isCalibrated = policy.counts === 'calibrated';
  /** Part of the budget that errors and slow traces leave to the rest at least. */
  const leastOfRest = leastShareOfRest(policy);
  /** Spans a millisecond of all that the rest has to make room for. */
  const spent = createMovingRate();
  let time = options.now();
  let shortOpenedAt = time;
  let openedAt = time;
  let length = lengthOf(policy.burst * way.minBursts);
  /** Spans that this window has kept before its end: at once, or since all had to be decided. */
  let spentBefore = 0;
  /** The latest time at which the rest was decided about. */
  let decidedAt = time;
  let demanded = 0;
  let demandBefore = 0; // a millisecond
  let errorShare = 1;
  const credits: Record<Short, number> = { errors: shareOf('errors') * SECOND, slow: shareOf('slow') * SECOND };

  /** Windows are no longer than there is room for what they keep: what leaves waits as long again. */
  function lengthOf(wanted: number): number {
    return Math.min(wanted, Math.max(SHORTEST, (PART_OF_ROOM * maxWaiting) / rate()));
  }

  /** Spans a millisecond that are set aside. */
  function shareOf(lane: Short): number {
    return policy.keepShare * (lane === 'slow' ? way.slow : 1 - way.slow) * rate();
  }

  const limitOf = (lane: Short, millis = SECOND): number => Math.max(credits[lane], LEAST * rate() * millis);

  /** Spans of the rest that a window of this length may have, of which the last part may be undecided. */
  function restOf(millis: number, millisLeft: number, undecided = millis): number {
    const r = rate();
    const waiting = Math.max(0, queued() - r * millisLeft);
    // A second more than there is keeps the queue from running dry; what is left of it waits, and is taken off here.
    const left = r * (millis + SECOND) - spent.get() * millis - spentBefore - waiting;
    return way.fill * Math.max(left, leastOfRest * r * millis - spentBefore, LEAST * r * undecided);
  }

  /** Spans of the rest that may be expected by now: a part of the window at once, and all at its end. */
  function limitOfRest(): number {
    const elapsed = time - openedAt;
    return restOf(length, length - elapsed) * (way.atOnce + (1 - way.atOnce) * Math.min(1, elapsed / length));
  }

  function startOf(demand: Demand): StratumStart {
    const { lane, weight, given, floor } = demand;
    const name = nameOf(demand);
    const { traces, errors, meanSpans } = histories.get(name, time);
    if (lane === 'errors') return { weight: weight * Math.max(errors, 1) ** -0.5, isCalibrated: false };
    if (lane === 'slow') return { weight, isCalibrated: false };
    const ofTraces = weight * rarity(traces, way.alpha);
    // Big traces would wait in the reserve, and where some are never seen there is no count to add up to. Those with a floor
    // are kept more often than others of their stratum, so that they cannot stand for as many.
    return isCalibrated && name !== GIANT_NAME && given === 1 && floor === 0
      ? { weight: ofTraces * meanSpans ** -0.5, isCalibrated }
      : { weight: ofTraces, isCalibrated: false };
  }

  const nameOf = ({ spans, key }: Demand): string =>
    spans > GIANT * rate() * policy.burst ? GIANT_NAME : histories.nameOf(key);

  const limits: Readonly<Record<Lane, () => number>> = {
    errors: () => limitOf('errors'),
    slow: () => limitOf('slow'),
    rest: limitOfRest,
  };

  function keepAll(lane: Lane, limit: number): number {
    let spans = 0;
    for (const { trace, demand, threshold } of windows[lane].close(limit)) {
      spans += demand.spans;
      sink.keep(trace, threshold, lane);
    }
    return spans;
  }

  /** @param millis for which this window may spend the least part of the budget */
  function closeShort(millis = SECOND): void {
    const elapsed = Math.min(Math.max(time - shortOpenedAt, 0), MAX_CREDIT * SECOND);
    shortOpenedAt = time;
    for (const lane of ['errors', 'slow'] as const) {
      const window = windows[lane];
      const wanted = window.wanted();
      const limit = limitOf(lane, millis);
      const used = keepAll(lane, limit);
      if (lane === 'errors' && wanted > 0) errorShare = Math.min(1, limit / wanted);
      credits[lane] = Math.min(shareOf(lane) * MAX_CREDIT * SECOND, credits[lane] - used + shareOf(lane) * elapsed);
      spent.add(used);
    }
    spent.turn(elapsed);
  }

  /** Has the counts of keys that may never come back stand with all others that are not told apart. */
  function boundCarried(): void {
    for (const [name, count] of carried) {
      if (carried.size <= options.maxKeys) return;
      const ofRest = REST + (KIND.exec(name)?.[0] ?? '');
      carried.delete(name);
      carried.set(ofRest, (carried.get(ofRest) ?? 0) + count);
    }
  }

  function closeRest(limit: number): void {
    keepAll('rest', limit);
    boundCarried();
    const elapsed = Math.max(1, time - openedAt);
    demandBefore = demanded / Math.max(elapsed, length);
    demanded = 0;
    spentBefore = 0;
    openedAt = time;
    decidedAt = time;
    const perTrace = PER_STRATUM * windows.rest.lastMeanSpans();
    const { minBursts, maxBursts, fill } = way;
    const wanted = perTrace / (fill * Math.max(leastOfRest * rate(), rate() - spent.get()));
    length = lengthOf(Math.min(Math.max(wanted, policy.burst * minBursts), policy.burst * maxBursts));
  }

  function turn(): void {
    time = options.now();
    const short = time - shortOpenedAt;
    if (!(short >= 0 && short < SECOND)) closeShort();
    const long = time - openedAt;
    if (!(long >= 0 && long < length)) closeRest(restOf(length, 0));
  }

  const isQuiet = (): boolean => {
    const most = QUIET * rate();
    return demandBefore <= most && demanded <= most * length && queued() <= rate() * QUIET_QUEUE;
  };

  return {
    offer(trace, exact) {
      turn();
      const demand = withRoundedShares(exact);
      const { lane, spans } = demand;
      const name = nameOf(demand);
      demanded += capacityOf(demand);
      const stratum = stratumOf(name, demand);
      const isAwaited = lane === 'rest' && carried.has(stratum); // its window has counts for it to stand for
      if (isQuiet() && !isAwaited) {
        const threshold = keptBy(demand, 1);
        if (threshold === undefined) sink.drop(trace);
        else {
          spentBefore += spans;
          sink.keep(trace, threshold, lane);
        }
      } else {
        windows[lane].offer(trace, demand, stratum, limits[lane]);
      }
      histories.note(name, spans, lane === 'errors', time);
    },
    decide(demand) {
      turn();
      const { lane, spans } = demand;
      const name = nameOf(demand);
      const { weight, isCalibrated: isEven } = startOf(demand);
      const share = windows[lane].lastLevel() * weight * (isEven ? 1 : VALUES[lane](spans));
      histories.note(name, spans, lane === 'errors', time);
      return keptBy(demand, share);
    },
    spend: (spans) => spent.add(spans),
    tick: turn,
    nextDue() {
      const short = windows.errors.isEmpty() && windows.slow.isEmpty() ? Infinity : shortOpenedAt + SECOND;
      const due = windows.rest.isEmpty() ? short : Math.min(short, openedAt + length);
      return due === Infinity ? undefined : due;
    },
    closeAll() {
      turn();
      closeShort(Math.max(1, time - shortOpenedAt));
      // The window goes on: were it a new one, whoever asks for this often would have the budget as often.
      spentBefore += keepAll(
        'rest',
        Math.min(limitOfRest(), restOf(time - openedAt, 0, Math.max(1, time - decidedAt))),
      );
      decidedAt = time;
    },
    held: () => windows.errors.held() + windows.slow.held() + windows.rest.held(),
    isOverfull: () => windows.rest.held() > OVERFULL * Math.max(FEW_SPANS, rate() * length),
    errorShare: () => errorShare,
    restRate: () => Math.max(leastOfRest * rate(), rate() - spent.get()),
    carried,
    windowMillis: () => length,
  };
}

/** Part of a budget that errors and slow traces leave to the rest at least. */
export const leastShareOfRest = ({ keepShare }: BudgetPolicy): number => Math.max(LEAST, 1 - keepShare);

/** The shortest and the longest window of the rest, in bursts. */
export function windowBursts(counts: CountsMode): { readonly min: number; readonly max: number } {
  const { minBursts: min, maxBursts: max } = WAYS[counts];
  return { min, max };
}

/** Names strata. Those of most traces are alike, and to write the numbers takes longer than to compare them. */
function createStratumNames(): (name: string, demand: Demand) => string {
  let last = '';
  let lastName: string | undefined;
  let ceiling = 0;
  let weight = 0;
  let given = 0;
  let hasFloor = false;
  return (name, demand) => {
    const isSame = name === lastName && demand.ceiling === ceiling && demand.weight === weight;
    if (isSame && demand.given === given && demand.floor > 0 === hasFloor) return last;
    lastName = name;
    ({ ceiling, weight, given } = demand);
    hasFloor = demand.floor > 0;
    last = `${name} ${ceiling} ${weight} ${given}${hasFloor ? ' floor' : ''}`;
    return last;
  };
}

/** Falls with the number of traces, so that keys are kept in like numbers; below `RARE` it falls steeply. */
function rarity(traces: number, alpha: number): number {
  return Math.max(traces, RARE) ** -alpha * (RARE / Math.min(Math.max(traces, RAREST), RARE)) ** 2;
}
