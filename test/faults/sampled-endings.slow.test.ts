import { describe, test } from 'vitest';

import { CONDUCTS } from './backend/conduct.ts';
import { ENDINGS, FURTHER_ENDINGS, TERMINATED } from './endings.ts';
import { balanced, PATIENT, runSampledAndBare, sampledBalance, seen } from './sampled-runs.ts';

const ALL = [...ENDINGS, TERMINATED, ...FURTHER_ENDINGS];

describe.for(['deciding', 'streaming'] as const)('with a policy that is %s', (policy) => {
  test.for(ALL)('no span that it keeps is lost, and no other arrives: $title', async (ending, { expect }) => {
    const { clew, bare } = await runSampledAndBare(policy, CONDUCTS.ok, ending, PATIENT);

    expect(seen(clew)).toEqual(seen(bare));
    expect(clew.stderr).toEqual(bare.stderr);
    expect(clew.account.spans).toEqual({ received: clew.kept, acknowledged: clew.kept, duplicates: 0 });
    expect(sampledBalance(clew)).toEqual(balanced(clew));
  });

  describe.concurrent.for(['black hole', 'refused'] as const)('and a backend that is gone: %s', (conduct) => {
    test.for(ALL)('each span that it keeps is told as lost: $title', async (ending, { expect }) => {
      const { clew, bare } = await runSampledAndBare(policy, CONDUCTS[conduct], ending);

      expect(seen(clew)).toEqual(seen(bare));
      expect(clew.account.spans.received).toBe(0);
      expect(sampledBalance(clew)).toEqual(balanced(clew));
    });
  });
});
