import type { Demand } from '../src/budget/demand.ts';
import { hexOf } from './seeded-random.ts';

/** A trace of one span, which has nothing special. */
const PLAIN: Demand = {
  lane: 'rest',
  key: '["/"]',
  spans: 1,
  randomness: '80000000000000',
  ceiling: 1,
  floor: 0,
  given: 1,
  weight: 1,
};

/** A trace that has ended. */
export const demandOf = (part: Partial<Demand> = {}): Demand => ({ ...PLAIN, ...part });

/** An even randomness value, as traces have it. */
export const randomnessFrom = (random: () => number): string => hexOf(random(), 7) + hexOf(random(), 7);

/** The randomness value that is so many steps of 2^-56 above the share `1 - probability`. */
export function randomnessAt(threshold: string, steps: number): string {
  const all = 2n ** 56n;
  const value = BigInt(`0x${threshold.padEnd(14, '0')}`) + BigInt(steps);
  const inRange = value < 0n ? 0n : value >= all ? all - 1n : value;
  return inRange.toString(16).padStart(14, '0');
}

/** Differences of estimates and truths over seeds, by name. */
export interface Estimates {
  add(name: string, estimate: number, truth: number): void;
  /** How many standard errors the mean difference is away from 0, by name: all of them within 4 where there is no bias. */
  zs(): Readonly<Record<string, number>>;
  /** The mean difference as a part of the mean truth. */
  biases(): Readonly<Record<string, number>>;
}

export function createEstimates(): Estimates {
  const all = new Map<string, { count: number; sum: number; squares: number; truth: number }>();
  const mapped = (each: (numbers: { count: number; sum: number; squares: number; truth: number }) => number) =>
    Object.fromEntries([...all].map(([name, numbers]) => [name, each(numbers)]));
  return {
    add(name, estimate, truth) {
      const numbers = all.get(name) ?? { count: 0, sum: 0, squares: 0, truth: 0 };
      const difference = estimate - truth;
      numbers.count += 1;
      numbers.sum += difference;
      numbers.squares += difference ** 2;
      numbers.truth += truth;
      all.set(name, numbers);
    },
    zs: () =>
      mapped(({ count, sum, squares }) => {
        const variance = squares - sum ** 2 / count;
        return variance > 1e-9 ? sum / Math.sqrt((variance * count) / (count - 1)) : sum / 1e-4;
      }),
    biases: () => mapped(({ sum, truth }) => sum / truth),
  };
}
