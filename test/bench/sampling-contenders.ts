// The samplers that go through the gates.

import type { Entry } from './sampling-gates.ts';
import { emaThroughput, ratio } from './sampling-peers.ts';

const throughputAt = (budget: number): Entry => ({
  name: `EMAThroughput, ${budget}/s`,
  budget,
  make: emaThroughput(),
  counts: 'exact',
});

/** Samplers with a budget of 500 spans per second, a ninth of the traffic. */
export const CONTENDERS: readonly Entry[] = [
  { name: 'ratio 11 %', budget: 500, make: ratio(0.11), counts: 'exact' },
  throughputAt(500),
];

/** Samplers with a scarce budget, and with plenty. */
export const AT_OTHER_BUDGETS: readonly Entry[] = [throughputAt(150), throughputAt(1500)];
