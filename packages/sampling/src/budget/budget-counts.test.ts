import { describe, expect, test } from 'vitest';

import { countOf, createBudgetRun, type BudgetRunOptions, type OfferedTrace } from '../../test/budget-run.ts';
import { createEstimates, randomnessFrom, type Estimates } from '../../test/budget-traces.ts';
import { mulberry32 } from '../../test/seeded-random.ts';
import type { Demand } from './demand.ts';

const SEEDS = 20;
const KEYS = 5;

/** Traffic with a step to the tenfold in its middle; what is special about a trace follows from its content. */
interface Traffic {
  readonly perSecond: number;
  readonly seconds: number;
  /** Seconds of ten times the traffic. */
  readonly step: readonly [from: number, to: number];
  /** Draws the parts of a trace that this test is about. */
  readonly special?: (random: () => number) => Partial<Demand>;
}

const TRAFFIC: Traffic = { perSecond: 5, seconds: 40, step: [15, 25] };

/** Traces whose number is estimated from those that are kept. */
const KINDS: Readonly<Record<string, (demand: Demand) => boolean>> = {
  total: () => true,
  errors: ({ lane }) => lane === 'errors',
  slow: ({ lane }) => lane === 'slow',
  'a common key': ({ key }) => key === '0',
  'a rare key': ({ key }) => key === '4',
  'big ones': ({ spans }) => spans > 8,
  'those with a floor': ({ floor }) => floor > 0,
  'those with a high floor': ({ floor }) => floor > 0.5,
  'those with the lower ceiling': ({ ceiling }) => ceiling === 0.3,
};

function demandFrom(random: () => number, special: Traffic['special']): Partial<Demand> {
  const key = Math.min(KEYS - 1, Math.floor(-Math.log(1 - random()) * 1.3));
  const spans = Math.ceil((1 - random()) ** -0.7 * (1 + key));
  const kind = random();
  return {
    lane: kind < 0.03 ? 'errors' : kind < 0.08 ? 'slow' : 'rest',
    key: `${key}`,
    spans: Math.min(spans, 30),
    ...special?.(random),
  };
}

/** One run; adds what it estimates to the estimates. Content and randomness are from two sources. */
function sampleOnce(seed: number, options: BudgetRunOptions, traffic: Traffic, estimates: Estimates): void {
  const random = mulberry32(seed);
  const randomIds = mulberry32(seed + 1_000_000);
  const run = createBudgetRun(options);
  const truths: Partial<Demand>[] = [];
  for (let second = 0; second < traffic.seconds; second += 1) {
    const [from, to] = traffic.step;
    const count = traffic.perSecond * (second >= from && second < to ? 10 : 1);
    for (let each = 0; each < count; each += 1) {
      const demand = { ...demandFrom(random, traffic.special), randomness: randomnessFrom(randomIds) };
      truths.push(demand);
      const isSeen = Number.parseInt(demand.randomness, 16) / 16 ** 14 >= 1 - (demand.given ?? 1);
      if (isSeen) run.offer(demand);
      if (each % 10 === 9) run.pass(10_000 / count);
    }
    run.pass((1000 * (count % 10)) / count);
  }
  run.closeAll();
  const carried = [...run.budget.carried.values()].reduce((sum, count) => sum + count, 0);
  for (const [name, isOfKind] of Object.entries(KINDS)) {
    const truth = truths.filter((demand) => isOfKind({ floor: 0, ceiling: 1, ...demand } as Demand)).length;
    const estimate = run.offered.reduce((sum, trace) => sum + (isOfKind(trace.demand) ? countOf(trace) : 0), 0);
    if (truth > 0) estimates.add(name, estimate + (name === 'total' ? carried : 0), truth);
  }
  expect(run.offered.every(isDecidedRightly)).toBe(true);
}

const isDecidedRightly = ({ decisions, threshold, demand }: OfferedTrace): boolean =>
  decisions === 1 && (threshold === undefined || demand.randomness >= threshold.padEnd(14, '0'));

const SPECIALS: Readonly<Record<string, Traffic['special']>> = {
  'a step to the tenfold': undefined,
  'two ceilings below 1': (random) => ({ ceiling: random() < 0.3 ? 0.6 : 0.3 }),
  'starts that are seen with a ratio': () => ({ given: 0.4, ceiling: 0.4 }),
  'starts of which some are seen with a ratio': (random) =>
    random() < 0.5 ? { given: 0.4, ceiling: 0.3 } : { given: 1, ceiling: 0.3 },
  floors: (random) => (random() < 0.3 ? { floor: random() < 0.3 ? 0.6 : 0.1 } : {}),
  'floors below two ceilings': (random) => ({ ceiling: random() < 0.3 ? 0.6 : 0.3, floor: random() < 0.3 ? 0.2 : 0 }),
  weights: (random) => ({ weight: random() < 0.1 ? 8 : 1 }),
};

describe.each(['exact', 'calibrated'] as const)('%s counts', (counts) => {
  test.each(Object.entries(SPECIALS))('are true, with %s', (_, special) => {
    const estimates = createEstimates();
    const traffic = { ...TRAFFIC, ...(special && { special }) };

    for (let seed = 1; seed <= SEEDS; seed += 1) {
      sampleOnce(seed, { counts, spansPerSecond: 40 }, traffic, estimates);
    }

    const zs = estimates.zs();
    const wrong = Object.entries(zs).filter(([, z]) => !(Math.abs(z) < 4));
    expect(wrong).toEqual([]);
    expect(Object.keys(zs).length).toBeGreaterThanOrEqual(6);
  });
});
