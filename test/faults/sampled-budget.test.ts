import { describe, test } from 'vitest';

import { CONDUCTS } from './backend/conduct.ts';
import { ENDINGS, FURTHER_ENDINGS, TERMINATED } from './endings.ts';
import { balanced, PATIENT, runSampledAndBare, sampledBalance, seen } from './sampled-runs.ts';

/** One of each kind. */
const CHOSEN = new Set([
  'natural end, exitCode = 3',
  'process.exit(3)',
  'SIGTERM, the app drains 300 ms',
  "a worker's terminate()",
  'process.exit while workers run (250 spans)',
]);
const SOME = [...ENDINGS, TERMINATED, ...FURTHER_ENDINGS].filter(({ title }) => CHOSEN.has(title));

describe.concurrent('with a budget', () => {
  test.for(SOME)('that has room for all, no span that is kept is lost: $title', async (ending, { expect }) => {
    const { clew, bare } = await runSampledAndBare('roomy', CONDUCTS.ok, ending, PATIENT);

    expect(seen(clew)).toEqual(seen(bare));
    expect(clew.stderr).toEqual(bare.stderr);
    expect(clew.account.spans).toEqual({ received: clew.kept, acknowledged: clew.kept, duplicates: 0 });
    expect(sampledBalance(clew)).toEqual(balanced(clew));
  });

  test.for(SOME)('that has room for a part, each span is accounted for: $title', async (ending, { expect }) => {
    const { clew, bare } = await runSampledAndBare('scarce', CONDUCTS.ok, ending, PATIENT);

    expect(seen(clew)).toEqual(seen(bare));
    expect(clew.stderr).toEqual(bare.stderr);
    const { received } = clew.account.spans;
    expect(received).toBeGreaterThan(0);
    expect(received).toBeLessThanOrEqual(clew.kept);
    expect(sampledBalance(clew)).toEqual({
      ...balanced(clew),
      sentOrDropped: received,
      sampledOut: clew.kept + clew.left - received,
    });
  });
});
