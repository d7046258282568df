import { spawnSync } from 'node:child_process';

import { describe, test } from 'vitest';

import { CONDUCTS, type Conduct } from './backend/conduct.ts';
import { ENDINGS, FURTHER_ENDINGS, TERMINATED, type Ending } from './endings.ts';
import { runAgainst } from './run-against.ts';
import { PID_NAMESPACE, runChild, type ChildOutcome } from './run-child.ts';
import { toldDrops } from './told-drops.ts';

// The promise is 800 ms with a healthy backend, 3 s with a dead one, and 1 s where the process is held; README.md has
// the measured times. Machines that run these tests may be busy.
const HEALTHY_MILLIS = 3000;
const DEAD_MILLIS = 5000;
const DEAD_ABRUPT_MILLIS = 2500;

/** An app under Clew, and the same app without any SDK. */
async function runBoth(conduct: Conduct, ending: Ending) {
  const plan = { ...ending, timeoutMillis: 20_000 };
  const [clew, bare] = await Promise.all([
    runAgainst(conduct, { ...plan, preload: 'clew' }),
    runChild({ ...plan, preload: 'none' }),
  ]);
  return { clew, bare, addedMillis: clew.exitDelayMillis - bare.exitDelayMillis };
}

/** Picks the parts of an app's end that others see. */
function seen({ code, signal, stdout, isKilled }: ChildOutcome) {
  return { code, signal, stdout, isKilled };
}

const all = (count: number) => ({ received: count, acknowledged: count, duplicates: 0 });

// One after the other: what has a second to be sent in needs a processor for it.
describe('with a healthy backend', () => {
  test.for([...ENDINGS, ...FURTHER_ENDINGS])(
    'no span is lost, and nothing else changes: $title',
    async (ending, { expect }) => {
      const { clew, bare, addedMillis } = await runBoth({}, ending);

      expect(seen(clew)).toEqual(seen(bare));
      expect(clew.stderr).toEqual(bare.stderr);
      expect(clew.account.spans).toEqual(all(clew.made));
      expect(addedMillis).toBeLessThan(HEALTHY_MILLIS);
    },
  );

  test("what is lost by a worker's terminate() is counted", async ({ expect }) => {
    const { clew, bare } = await runBoth({}, TERMINATED);

    expect(seen(clew)).toEqual(seen(bare));
    expect(clew.account.spans.received + toldDrops(clew.stderr)).toBe(clew.made);
  });

  test.for([{ args: [] }, { args: ['exit'] }])(
    'a span that never ended arrives, marked as incomplete: %o',
    async ({ args }, { expect }) => {
      const { account } = await runAgainst({}, { preload: 'clew', script: 'leaves-spans-open.mjs', args });

      expect(account.spansByName).toEqual({ work: 99, hangs: 1 });
      expect(account.incomplete).toEqual(['hangs']);
    },
  );
});

describe.concurrent('with a backend that never answers', () => {
  test.for([...ENDINGS, TERMINATED, ...FURTHER_ENDINGS])(
    'the end comes in time, is the same, and the loss is told: $title',
    async (ending, { expect }) => {
      const { clew, bare, addedMillis } = await runBoth(CONDUCTS['black hole'], ending);

      expect(seen(clew)).toEqual(seen(bare));
      expect(toldDrops(clew.stderr)).toBe(clew.made);
      expect(addedMillis).toBeLessThan(ending.isAbrupt === true ? DEAD_ABRUPT_MILLIS : DEAD_MILLIS);
    },
  );
});

describe('as the first process of a container', () => {
  const canUnshare = spawnSync('unshare', [...PID_NAMESPACE, 'true']).status === 0;

  // There the kernel ignores a signal that the process raises for itself; without a handler, any signal.
  test.runIf(canUnshare).for([
    ['SIGTERM', 143],
    ['SIGINT', 130],
    ['SIGHUP', 129],
  ] as const)('%s ends it with exit code %i, and no span is lost', async ([signal, code], { expect }) => {
    const script = 'waits-for-signal.mjs';
    const run = await runAgainst({}, { preload: 'clew', script, signal, isPid1: true });

    expect({ code: run.code, isKilled: run.isKilled }).toEqual({ code, isKilled: false });
    expect(run.account.spans).toEqual(all(100));
  });
});
