import { describe, test } from 'vitest';

import { PATIENT, runSampledAndBare, sampledBalance, seen, type PolicyName } from './sampled-runs.ts';

interface Strain {
  readonly strain: string;
  readonly policy: PolicyName;
  /** Spans by their name. */
  readonly arrives: Readonly<Record<string, number>>;
  /** Each line on stderr, of which there is at most a first one and one at the end. */
  readonly told?: RegExp;
}

const NO_ROOM = /^clew: more spans wait for the decision about their trace than limits of the sampling policy allow; /;

const STRAINS: readonly Strain[] = [
  { strain: 'overlap', policy: 'errors', arrives: { root: 150, child: 150, grandchild: 150 } },
  { strain: 'overlap', policy: 'narrow', arrives: {}, told: NO_ROOM },
  {
    strain: 'one long trace',
    policy: 'errors',
    arrives: { root: 1, child: 2000 },
    told: /^clew: 98000 spans were dropped: a trace that is kept had more spans than limits.spans_per_trace or /,
  },
  { strain: 'one long trace', policy: 'narrow', arrives: {}, told: NO_ROOM },
  // Of the roots that are open at the end, the last 4,095 are known by then; every other one has failed.
  { strain: 'roots that never end', policy: 'errors', arrives: { root: 2047, child: 2047 } },
  { strain: 'roots that never end', policy: 'narrow', arrives: {}, told: NO_ROOM },
  { strain: 'burst', policy: 'errors', arrives: { root: 5000, child: 5000, detached: 2500 } },
  {
    strain: 'an outbox that is full',
    policy: 'errors',
    arrives: { undecided: 1, 'of undecided': 500 },
    told: /^clew: \d+ spans were dropped: the outbox is full /,
  },
  {
    strain: 'a trace that grows old',
    policy: 'aging',
    arrives: { root: 1, later: 1 },
    told: /^clew: a trace was open for longer than limits.trace_age of the sampling policy; /,
  },
  { strain: 'clocks of its own', policy: 'errors', arrives: { root: 1, child: 1, detached: 1 } },
];

describe('an application that strains its sampling policy is unharmed, and each span is accounted for', () => {
  test.for(STRAINS)('$strain, policy $policy', async ({ strain, policy, arrives, told }, { expect }) => {
    const plan = { title: strain, script: 'strains-policy.mjs', args: [strain] };
    const { clew, bare } = await runSampledAndBare(policy, {}, plan, PATIENT);

    expect(seen(clew)).toEqual(seen(bare));
    expect(clew.account.spansByName).toMatchObject(arrives);
    if (strain !== 'an outbox that is full') expect(clew.account.spansByName).toEqual(arrives);
    expect(clew.stderr).toEqual(clew.stderr.filter((line) => told?.test(line)));
    expect(clew.stderr.length).toBeGreaterThanOrEqual(told === undefined ? 0 : 1);
    expect(clew.stderr.length).toBeLessThanOrEqual(2);
    expect(sampledBalance(clew)).toMatchObject({ waiting: 0, unaccounted: 0, untold: 0, duplicates: 0 });
  });
});
