import type { Conduct } from './backend/conduct.ts';
import type { Account } from './backend/ledger.ts';
import { startFaultyBackend } from './backend/start-faulty-backend.ts';
import { runChild, type ChildOutcome, type ChildPlan } from './run-child.ts';

/** Outcome of an app, and the account of its backend. */
export interface Run extends ChildOutcome {
  readonly account: Account;
}

/** Runs an app to its end with a backend that behaves like this all the time. */
export async function runAgainst(conduct: Conduct, plan: Omit<ChildPlan, 'endpoint'>): Promise<Run> {
  await using backend = await startFaultyBackend(conduct);
  const outcome = await runChild({ ...plan, endpoint: backend.url });
  return { ...outcome, account: await backend.account() };
}
