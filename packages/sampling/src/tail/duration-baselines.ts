import type { JudgedSpan } from '../policy/judged-span.ts';
import type { Condition, Policy, TailRule } from '../policy/policy.ts';
import type { SpanScope } from '../policy/span-facts.ts';
import { createDurationSketch, type DurationSketch } from './duration-sketch.ts';

/** Usual durations of the spans that the `slower_than` conditions of a policy are about. */
export interface DurationBaselines {
  /** False when the policy has no `slower_than`: then nothing needs to be noted. */
  readonly isNeeded: boolean;
  /**
   * Takes an ended span, before it is judged. One that cannot be read is left out. Never throws.
   *
   * @param isRoot the span is a local root
   * @param now milliseconds of a monotonic clock
   */
  note(span: JudgedSpan, isRoot: boolean, now: number): void;
  /**
   * Returns the quantile of the durations of such spans, in milliseconds, as `quantileOf` of `RuleSurroundings`. It is the
   * same for 10 s and comes from spans before these. `undefined` while fewer than 50 are known, and for quantiles that the
   * policy has no condition about.
   */
  quantileOf(quantile: number, per: string, value: unknown, scope: SpanScope): number | undefined;
  /** All that is known, for the `createDurationBaselines` of the next policy. */
  readonly known: KnownDurations;
}

/**
 * Makes the baselines that a policy asks for. Each value of an attribute has a sketch of its durations, which decays by 3 %
 * each 10 s; a value that has not come for long is forgotten. The first 500 values of an attribute are told apart, and the
 * others share one sketch, as do texts of more than 256 characters: 2.3 MB at most for an attribute. Spans without the
 * attribute, or with a list, have no baseline.
 *
 * @param previous those of the policy before, whose sketches go on; afterwards only one of the two may be noted in
 */
export function createDurationBaselines(policy: Policy, previous?: DurationBaselines): DurationBaselines {
  const clock = previous?.known.clock ?? { start: Number.NaN, period: 0 };
  const tables = tablesOf(policy, previous?.known.tables ?? []);
  const ofRoots = tables.filter(({ scope }) => scope === 'root');
  const ofSpans = tables.filter(({ scope }) => scope === 'any_span');
  const isNeeded = tables.length > 0;
  const noteIn = (some: readonly Table[], span: JudgedSpan): void => {
    for (const table of some) noteDuration(table, span, clock.period);
  };
  return {
    isNeeded,
    note(span, isRoot, now) {
      if (!isNeeded) return;
      if (advance(clock, now)) for (const { baselines } of tables) forget(baselines, clock.period);
      if (isRoot) noteIn(ofRoots, span);
      noteIn(ofSpans, span);
    },
    quantileOf(quantile, per, value, scope) {
      const table = (scope === 'root' ? ofRoots : ofSpans).find((each) => each.per === per);
      const key = keyOf(value);
      if (table === undefined || key === undefined) return undefined;
      const { baselines } = table;
      return turned(baselines, ownOf(baselines, key) ?? baselines.rest, clock.period).thresholds.get(quantile);
    },
    known: { clock, tables },
  };
}

const PERIOD = 10_000;
const DECAY = 0.97;
const ENOUGH = 50;
const MAX_VALUES = 500;
const MAX_LENGTH = 256;
/** Count, after decay, below which a value is forgotten: one span is so after 4 minutes. */
const FORGOTTEN = 0.5;
/** Periods after which nothing is left of any count. */
const MAX_PERIODS = 2000;

interface KnownDurations {
  readonly clock: Clock;
  readonly tables: readonly Table[];
}

/** Counts periods of at least 10 s, whatever the clock does. */
interface Clock {
  /** Time at which the period began; NaN before the first span. */
  start: number;
  period: number;
}

/** Baselines that conditions of one scope ask for by one attribute. */
interface Table {
  readonly scope: SpanScope;
  readonly per: string;
  readonly asked: readonly number[];
  readonly baselines: Baselines;
}

/** Baselines by the values of one attribute. A policy and the one before it share them. */
interface Baselines {
  readonly values: Map<string, Baseline>;
  /** Baseline of the values that have none of their own. */
  readonly rest: Baseline;
  /** Those that both policies ask for: traces that began before a reload are judged by the policy before. */
  quantiles: readonly number[];
}

interface Baseline {
  readonly sketch: DurationSketch;
  /** Period for which the sketch has decayed, and the thresholds hold. */
  period: number;
  thresholds: ReadonlyMap<number, number>;
}

const UNKNOWN: ReadonlyMap<number, number> = new Map();

const createBaseline = (period: number): Baseline => ({
  sketch: createDurationSketch(),
  period,
  thresholds: UNKNOWN,
});

function tablesOf(policy: Policy, before: readonly Table[]): readonly Table[] {
  const asked = askedBy(policy);
  const tables: Table[] = [];
  for (const { scope, per } of asked) {
    const isHere = (each: { readonly scope: SpanScope; readonly per: string }) =>
      each.scope === scope && each.per === per;
    if (tables.some(isHere)) continue;
    const quantiles = asked.filter(isHere).map(({ quantile }) => quantile);
    const earlier = before.find(isHere);
    const baselines = earlier?.baselines ?? { values: new Map(), rest: createBaseline(0), quantiles };
    baselines.quantiles = [...new Set([...quantiles, ...(earlier?.asked ?? [])])];
    tables.push({ scope, per, asked: quantiles, baselines });
  }
  return tables;
}

interface Asked {
  readonly scope: SpanScope;
  readonly per: string;
  readonly quantile: number;
}

function askedBy({ rules }: Policy): readonly Asked[] {
  const asked: Asked[] = [];
  const collect = (conditions: readonly Condition[], scope: SpanScope): void => {
    for (const condition of conditions) {
      if (condition.on === 'slowerThan') asked.push({ scope, per: condition.per, quantile: condition.quantile });
      if (condition.on === 'anySpan') collect(condition.allOf, 'any_span');
    }
  };
  const collectMatch = (match: TailRule['unless']): void => {
    if (match !== undefined && typeof match !== 'function') collect(match, 'root');
  };
  for (const { match, unless } of rules) {
    collectMatch(match);
    collectMatch(unless);
  }
  return asked;
}

/** Returns whether a period has ended. A clock that was set back begins its period again; one that stands has no effect. */
function advance(clock: Clock, now: number): boolean {
  const passed = now - clock.start;
  if (passed >= 0 && passed < PERIOD) return false;
  if (!Number.isFinite(now)) return false;
  if (!(passed >= 0)) {
    clock.start = now;
    return false;
  }
  const ended = Math.floor(passed / PERIOD);
  clock.period += Math.min(ended, MAX_PERIODS);
  clock.start = ended > MAX_PERIODS ? now : clock.start + ended * PERIOD;
  return true;
}

function noteDuration({ per, baselines }: Table, span: JudgedSpan, period: number): void {
  try {
    const key = keyOf(span.attribute(per));
    const { durationMillis } = span;
    if (key === undefined || !(durationMillis >= 0)) return;
    turned(baselines, baselineFor(baselines, key, period), period).sketch.add(durationMillis);
  } catch {
    // The condition that reads the same attribute tells.
  }
}

function baselineFor(baselines: Baselines, key: string, period: number): Baseline {
  const { values, rest } = baselines;
  const own = ownOf(baselines, key);
  if (own !== undefined) return own;
  if (key.length > MAX_LENGTH || values.size >= MAX_VALUES) return rest;
  const baseline = createBaseline(period);
  values.set(copyOf(key), baseline);
  return baseline;
}

/** A long text is not looked for: that takes time by its length. */
const ownOf = ({ values }: Baselines, key: string): Baseline | undefined =>
  key.length > MAX_LENGTH ? undefined : values.get(key);

/** A part of a longer text keeps all of that in memory. */
const copyOf = (text: string): string => JSON.parse(JSON.stringify(text)) as string;

function keyOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint'
    ? String(value)
    : undefined;
}

/** A baseline with the thresholds of this period: whoever asks first in it finds what the sketch has of those before. */
function turned({ quantiles }: Baselines, baseline: Baseline, period: number): Baseline {
  if (baseline.period === period) return baseline;
  const { sketch } = baseline;
  sketch.decay(DECAY ** (period - baseline.period));
  baseline.period = period;
  const isKnown = sketch.count() >= ENOUGH;
  baseline.thresholds = isKnown ? new Map(quantiles.map((each) => [each, sketch.quantile(each)])) : UNKNOWN;
  return baseline;
}

function forget({ values }: Baselines, period: number): void {
  for (const [key, baseline] of values) {
    if (baseline.sketch.count() * DECAY ** (period - baseline.period) < FORGOTTEN) values.delete(key);
  }
}
