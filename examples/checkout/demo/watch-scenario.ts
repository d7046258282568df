import { firstLocalRoot, type Trace, type Viewer } from '@clew/viewer';

import { missingFrom } from './missing-from.ts';
import type { Scenario } from './scenarios.ts';

/** Outcome of a scenario. */
export interface Outcome {
  /** The trace, whole or not; absent if none came. */
  readonly trace?: Trace;
  /** Empty if the trace is whole. */
  readonly problems: readonly string[];
}

const PATIENCE_MILLIS = 15_000;

/** Sends a scenario's request to the shop and waits until its trace is whole. */
export async function watchScenario(scenario: Scenario, shopUrl: string, viewer: Viewer): Promise<Outcome> {
  const earlier = new Set(viewer.store.traces().map(({ traceId }) => traceId));
  const isOurs = (trace: Trace) => !earlier.has(trace.traceId) && firstLocalRoot(trace)?.name === scenario.root;
  const isWhole = (trace: Trace) => isOurs(trace) && missingFrom(trace, scenario).length === 0;

  const { status } = await fetch(shopUrl + scenario.path, requestOf(scenario));
  if (status !== scenario.status) return { problems: [`the shop answered ${status}, not ${scenario.status}`] };
  try {
    return { trace: await viewer.waitForTrace(isWhole, { timeoutMillis: PATIENCE_MILLIS }), problems: [] };
  } catch (error) {
    const trace = viewer.store.traces().find(isOurs);
    if (trace === undefined) return { problems: [(error as Error).message] };
    return { trace, problems: missingFrom(trace, scenario) };
  }
}

function requestOf({ order }: Scenario): RequestInit {
  if (order === undefined) return {};
  return { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(order) };
}
