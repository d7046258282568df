// The samplers that go through the gates.

import type { Entry } from './sampling-gates.ts';
import { emaThroughput, ratio } from './sampling-peers.ts';

/** What is compared at the budget of the reference: 500 spans per second, a ninth of the traffic. */
export const CONTENDERS: readonly Entry[] = [
  { name: 'ratio 11 %', budget: 500, make: ratio(0.11), counts: 'exact' },
  { name: 'EMAThroughput', budget: 500, make: emaThroughput(), counts: 'exact' },
];
