// The samplers that go through the gates.

import type { Entry } from './sampling-gates.ts';
import { emaThroughput } from './sampling-peers.ts';
import { budgetAlone, product, type Counts } from './sampling-product.ts';

const clewAt = (budget: number, counts: Counts): Entry => ({
  name: `Clew, ${counts}${budget === BUDGET ? '' : `, ${budget}/s`}`,
  budget,
  make: product(counts),
  makeForBias: budgetAlone(counts),
  counts,
  isAtOtherBudget: budget !== BUDGET,
});

/** In spans per second: a ninth of the traffic. */
const BUDGET = 500;

/** The product as it comes, with the counts that it has by default and those that add up. */
export const CONTENDERS: readonly Entry[] = [clewAt(BUDGET, 'exact'), clewAt(BUDGET, 'calibrated')];

/** A sampler with a budget that others use, under the same gates. */
export const FOR_COMPARISON: readonly Entry[] = [
  { name: 'EMAThroughput', budget: BUDGET, make: emaThroughput(), counts: 'exact' },
];

/** With a scarce budget, and with plenty: only the cap and the bias are gates there. */
export const AT_OTHER_BUDGETS: readonly Entry[] = [150, 1500].flatMap((budget) => [
  clewAt(budget, 'exact'),
  clewAt(budget, 'calibrated'),
]);
