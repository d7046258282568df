import type { TraceSummary } from '../../src/api/answers.ts';

/** The list as the reader sees it, and the new traces that wait. */
export interface MergedList {
  readonly shown: readonly TraceSummary[];
  readonly waiting: number;
}

/**
 * Joins what the server has with what is shown. While the list is held still, the traces on it get their latest numbers in
 * their place, and new ones wait.
 */
export function mergeList(
  shown: readonly TraceSummary[],
  latest: readonly TraceSummary[],
  isHeld: boolean,
): MergedList {
  if (!isHeld || shown.length === 0) return { shown: latest, waiting: 0 };
  const known = new Set(shown.map(({ traceId }) => traceId));
  const firstKnown = latest.findIndex(({ traceId }) => known.has(traceId));
  const newer = firstKnown === -1 ? latest : latest.slice(0, firstKnown);
  return { shown: updated(shown, latest), waiting: newer.length };
}

/** The same traces in the same places, with their latest numbers. */
export function updated(shown: readonly TraceSummary[], latest: readonly TraceSummary[]): readonly TraceSummary[] {
  const byId = new Map(latest.map((trace) => [trace.traceId, trace]));
  return shown.some(({ traceId }) => byId.has(traceId)) ? shown.map((old) => byId.get(old.traceId) ?? old) : shown;
}

/** Puts an older page below a list; a trace that was on both stays where it is. */
export function appendPage(shown: readonly TraceSummary[], page: readonly TraceSummary[]): readonly TraceSummary[] {
  const known = new Set(shown.map(({ traceId }) => traceId));
  return [...shown, ...page.filter(({ traceId }) => !known.has(traceId))];
}
