import { fileURLToPath } from 'node:url';

import type { Conduct } from './backend/conduct.ts';
import type { Ending } from './endings.ts';
import { droppedIn, type FinalAccount } from './read-report.ts';
import { runAgainst, type Run } from './run-against.ts';
import { runChild, type ChildOutcome } from './run-child.ts';
import { toldDrops } from './told-drops.ts';

/** A policy of `fixtures/policies/`. */
export type PolicyName = 'deciding' | 'streaming' | 'errors' | 'narrow' | 'aging' | 'roomy' | 'scarce';

const TIMEOUT_MILLIS = 20_000;

/** So much time for the last delivery that no busy machine needs it. */
export const PATIENT: NodeJS.ProcessEnv = { CLEW_EXIT_TIMEOUT: '15000', CLEW_SHUTDOWN_TIMEOUT: '15000' };

/** An app under a sampling policy, whose spans are partly of traces that it does not keep. */
export async function runSampled(policy: PolicyName, conduct: Conduct, ending: Ending, env: NodeJS.ProcessEnv = {}) {
  const plan = { ...ending, env: { ...policyEnv(policy), ...env }, timeoutMillis: TIMEOUT_MILLIS };
  return runAgainst(conduct, { ...plan, preload: 'clew' });
}

/** The same beside the app without any SDK. */
export async function runSampledAndBare(
  policy: PolicyName,
  conduct: Conduct,
  ending: Ending,
  env: NodeJS.ProcessEnv = {},
) {
  const plan = { ...ending, env: policyEnv(policy), timeoutMillis: TIMEOUT_MILLIS };
  const [clew, bare] = await Promise.all([
    runSampled(policy, conduct, ending, env),
    runChild({ ...plan, preload: 'none' }),
  ]);
  return { clew, bare, addedMillis: clew.exitDelayMillis - bare.exitDelayMillis };
}

/** Picks the parts of an app's end that others see. */
export function seen({ code, signal, stdout, isKilled }: ChildOutcome) {
  return { code, signal, stdout, isKilled };
}

function policyEnv(policy: PolicyName): NodeJS.ProcessEnv {
  const file = fileURLToPath(new URL(`fixtures/policies/${policy}.yaml`, import.meta.url));
  return { CLEW_SAMPLING_FILE: file, FAULTS_POLICY: policy };
}

/** Where the spans are when all is over, as the SDK says in all processes and threads, and on stderr. */
export function sampledBalance({ finals, stderr, account }: Run) {
  const sumOf = (count: (account: FinalAccount) => number) => finals.reduce((sum, each) => sum + count(each), 0);
  const waiting = ({ queued, undecided = 0 }: FinalAccount) => queued + undecided;
  const gone = (each: FinalAccount) => each.sent + droppedIn(each) + (each.sampledOut ?? 0);
  return {
    // What waits in another thread is taken over by the main thread, and is in its account as well.
    waiting: sumOf((each) => (each.isMainThread ? waiting(each) : 0)),
    unaccounted: sumOf((each) => Math.abs(each.recorded - waiting(each) - gone(each))),
    sentOrDropped: sumOf((each) => each.sent + droppedIn(each)),
    untold: sumOf(droppedIn) - toldDrops(stderr),
    sampledOut: sumOf(({ sampledOut = 0 }) => sampledOut),
    leftOutReceived: account.spansByName['left out'] ?? 0,
    duplicates: account.spans.duplicates,
  };
}

/** The balance that it has to be. */
export function balanced({ kept, left }: Pick<Run, 'kept' | 'left'>): ReturnType<typeof sampledBalance> {
  return {
    waiting: 0,
    unaccounted: 0,
    sentOrDropped: kept,
    untold: 0,
    sampledOut: left,
    leftOutReceived: 0,
    duplicates: 0,
  };
}
