import type { Demand } from '../src/budget/demand.ts';

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

const hexOf = (fraction: number, digits: number): string =>
  Math.floor(fraction * 16 ** digits)
    .toString(16)
    .padStart(digits, '0');

/** The randomness value that is so many steps of 2^-56 above the share `1 - probability`. */
export function randomnessAt(threshold: string, steps: number): string {
  const all = 2n ** 56n;
  const value = BigInt(`0x${threshold.padEnd(14, '0')}`) + BigInt(steps);
  const inRange = value < 0n ? 0n : value >= all ? all - 1n : value;
  return inRange.toString(16).padStart(14, '0');
}
