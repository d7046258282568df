// Models of the samplers that people use today, as far as the gates can tell them apart. They are ours, written from the
// documentation: their figures show what a rule does to this traffic, and no product was measured.

import type { Contender, MakeContender, Output } from './sampling-contender.ts';
import type { TraceSummary } from './sampling-workload.ts';

/** In traces per second: as many as make up 500 spans per second. */
const TRACES_PER_SECOND = 36;
const COLLECTOR_RATIO = 0.066;

/** Models with the settings that bring each near 500 spans per second. */
export const PEERS: Readonly<Record<string, MakeContender>> = {
  'ParentBased ratio 1 %': ratio(0.01),
  'ParentBased ratio 11 %': ratio(0.11),
  'token bucket 36 traces/s': tokenBucket(TRACES_PER_SECOND),
  'rules + limit (Datadog-like)': ratioWithLimit(0.17, TRACES_PER_SECOND),
  'collector OR(error, >1 s, 6.6 %)': collectorPolicies(COLLECTOR_RATIO),
  'Refinery EMADynamic 1/9': emaDynamic(9),
  'Refinery EMAThroughput 500': emaThroughput(),
};

/** Keeps a share of all traces, decided as they begin, and tells it downstream. */
export function ratio(share: number): MakeContender {
  return ({ output, now }) => ({
    ...decidesAtOnce,
    begins({ randomness }, caller) {
      if (caller !== undefined) return caller;
      const isSampled = randomness >= 1 - share;
      return { isSampled, threshold: isSampled ? 1 - share : undefined };
    },
    ended(trace) {
      if (trace.randomness >= 1 - share) output.exported(trace, 1 / share, now());
    },
  });
}

const decidesAtOnce = { tick() {}, held: () => 0 } satisfies Partial<Contender>;

/** Keeps the first traces of each second. How many a trace stands for, nobody knows. */
function tokenBucket(tracesPerSecond: number): MakeContender {
  return ({ output, now }) => {
    const take = bucket(tracesPerSecond, now);
    return {
      ...decidesAtOnce,
      ended(trace) {
        if (take()) output.exported(trace, undefined, now());
      },
    };
  };
}

/** A rule's ratio and, behind it, a limit. What passes the limit is counted by the rule's ratio. */
function ratioWithLimit(share: number, tracesPerSecond: number): MakeContender {
  return ({ output, now }) => {
    const take = bucket(tracesPerSecond, now);
    return {
      ...decidesAtOnce,
      ended(trace) {
        if (trace.randomness >= 1 - share && take()) output.exported(trace, 1 / share, now());
      },
    };
  };
}

/** Tokens of a second at most. */
function bucket(perSecond: number, now: () => number): () => boolean {
  let tokens = perSecond;
  let filledAt = now();
  return () => {
    tokens = Math.min(perSecond, tokens + (perSecond * (now() - filledAt)) / 1000);
    filledAt = now();
    if (tokens < 1) return false;
    tokens -= 1;
    return true;
  };
}

/** Waits 10 seconds, as `decision_wait`, and counts whatever any policy keeps by the ratio of the probabilistic one. */
function collectorPolicies(share: number): MakeContender {
  return waiting(10_000, (output) => (trace, atMillis) => {
    const isKept = trace.isError || trace.durationMillis > 1000 || trace.randomness >= 1 - share;
    if (isKept) output.exported(trace, 1 / share, atMillis);
  });
}

/** Holds traces for a time and decides then. */
function waiting(
  millis: number,
  deciderFor: (output: Output) => (trace: TraceSummary, atMillis: number) => void,
): MakeContender {
  return ({ output }) => {
    const decide = deciderFor(output);
    const waits: TraceSummary[] = [];
    let next = 0;
    let held = 0;
    return {
      ended(trace) {
        waits.push(trace);
        held += trace.spans;
      },
      tick(nowMillis) {
        for (
          let trace = waits[next];
          trace !== undefined && trace.endedAt + millis <= nowMillis;
          trace = waits[++next]
        ) {
          held -= trace.spans;
          decide(trace, nowMillis);
        }
      },
      held: () => held,
    };
  };
}

const EMA_SECONDS = 15;
const EMA_WEIGHT = 0.5;
const BURST_MULTIPLE = 2;
const BURST_DELAY_INTERVALS = 3;
const RATE_AT_FIRST = 10;

/** Keeps one span in so many, on average. */
function emaDynamic(oneIn: number): MakeContender {
  return refinery((counted) => counted / oneIn);
}

/** Spends the budget, on average. */
export function emaThroughput(): MakeContender {
  return (options) => refinery(() => options.budget * EMA_SECONDS)(options);
}

/**
 * One of a key's traces in so many, where the key is the route and whether it failed. The keys share a goal of spans by
 * the logarithm of their own, as an average over intervals of 15 seconds has them; an interval ends early when it has
 * twice the spans of that average. A key that the average does not know is kept.
 *
 * @param goalOf the spans to keep in an interval, from those that the average counts
 */
function refinery(goalOf: (counted: number) => number): MakeContender {
  return waiting(1000, (output) => {
    const rateOf = rates(goalOf);
    return (trace, atMillis) => {
      const rate = rateOf(`${trace.route} ${trace.isError}`, trace.spans, atMillis);
      if (trace.randomness >= 1 - 1 / rate) output.exported(trace, rate, atMillis);
    };
  });
}

function rates(goalOf: (counted: number) => number): (key: string, spans: number, atMillis: number) => number {
  const average = new Map<string, number>();
  let current = new Map<string, number>();
  let currentSum = 0;
  let known: Map<string, number> | undefined;
  let burstFrom = Number.POSITIVE_INFINITY;
  let intervals = 0;
  let intervalEnd = EMA_SECONDS * 1000;

  function endInterval(): void {
    for (const key of new Set([...average.keys(), ...current.keys()])) {
      const value = EMA_WEIGHT * (current.get(key) ?? 0) + (1 - EMA_WEIGHT) * (average.get(key) ?? 0);
      if (value < EMA_WEIGHT) average.delete(key);
      else average.set(key, value);
    }
    current = new Map();
    currentSum = 0;
    const counted = [...average.values()].reduce((sum, count) => sum + Math.max(1, count), 0);
    burstFrom = BURST_MULTIPLE * counted;
    known = shareByLogarithm(average, goalOf(counted));
  }

  return (key, spans, atMillis) => {
    for (; intervalEnd <= atMillis; intervalEnd += EMA_SECONDS * 1000) {
      if (current.size > 0) endInterval();
      intervals += 1;
    }
    current.set(key, (current.get(key) ?? 0) + spans);
    currentSum += spans;
    if (currentSum >= burstFrom && intervals >= BURST_DELAY_INTERVALS) {
      endInterval();
      intervalEnd = atMillis + EMA_SECONDS * 1000;
    }
    return known === undefined ? RATE_AT_FIRST : (known.get(key) ?? 1);
  };
}

/** One in so many of each key. What a key leaves of its share goes to those that come after it. */
function shareByLogarithm(counts: ReadonlyMap<string, number>, goal: number): Map<string, number> {
  const keys = [...counts.keys()].sort();
  const atLeastOne = (key: string): number => Math.max(1, counts.get(key) ?? 1);
  const logarithms = keys.reduce((sum, key) => sum + Math.log10(atLeastOne(key)), 0);
  let extra = 0;
  return new Map(
    keys.map((key, index) => {
      const count = atLeastOne(key);
      const part = extra / (keys.length - index);
      extra -= part;
      const share = Math.max(1, (goal / logarithms) * Math.log10(count)) + part;
      const rate = count <= share ? 1 : Math.ceil(count / share);
      extra += share - count / rate;
      return [key, rate];
    }),
  );
}
