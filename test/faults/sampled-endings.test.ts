import { describe, test } from 'vitest';

import { CONDUCTS } from './backend/conduct.ts';
import { ENDINGS, FURTHER_ENDINGS, TERMINATED } from './endings.ts';
import { balanced, PATIENT, runSampledAndBare, sampledBalance, seen } from './sampled-runs.ts';

/** One of each kind; `sampled-endings.slow.test.ts` has them all. */
const CHOSEN = new Set([
  'natural end, exitCode = 3',
  'process.exit(3)',
  'SIGTERM',
  'SIGTERM, the app calls process.exit',
  'SIGTERM, the app drains 300 ms',
  'unhandled rejection',
  "a worker's terminate()",
  'process.exit in a worker thread',
  'process.exit while workers run (250 spans)',
  'SIGTERM while workers run',
  'process.exit in a handler of beforeExit',
  'process.exit, exit handlers make spans',
]);

describe.concurrent('with a policy that decides at the end of each trace', () => {
  test.for([...ENDINGS, TERMINATED, ...FURTHER_ENDINGS].filter(({ title }) => CHOSEN.has(title)))(
    'no span that it keeps is lost, no other arrives, and nothing else changes: $title',
    async (ending, { expect }) => {
      const { clew, bare } = await runSampledAndBare('deciding', CONDUCTS.ok, ending, PATIENT);

      expect(seen(clew)).toEqual(seen(bare));
      expect(clew.stderr).toEqual(bare.stderr);
      expect(clew.account.spans).toEqual({ received: clew.kept, acknowledged: clew.kept, duplicates: 0 });
      expect(sampledBalance(clew)).toEqual(balanced(clew));
    },
  );
});
