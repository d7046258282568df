import { describe, test } from 'vitest';

import { CONDUCTS } from './backend/conduct.ts';
import { balanced, runSampled, sampledBalance } from './sampled-runs.ts';

const DEAD_MILLIS = 5000;
const NATURAL_END = { title: 'natural end', script: 'natural-end.mjs' };

// The others differ from these in the kind of refusal, of which a policy knows nothing.
const CHOSEN = [
  'refused',
  'black hole',
  '503 × 3, then ok',
  '400 Bad Request',
  'partial success (3 rejected)',
] as const;

describe.concurrent.for(['deciding', 'streaming'] as const)('with a policy that is %s', (policy) => {
  test.for(CHOSEN)('each span is sent, or told as lost, or not kept: %s', async (title, { expect }) => {
    const run = await runSampled(policy, CONDUCTS[title], NATURAL_END);

    expect(run).toMatchObject({ code: 0, signal: null, isKilled: false });
    expect(run.exitDelayMillis).toBeLessThan(DEAD_MILLIS);
    expect(run.stderr.filter((line) => !line.startsWith('clew: '))).toEqual([]);
    expect(sampledBalance(run)).toEqual(balanced(run));
  });
});
