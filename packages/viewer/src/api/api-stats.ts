import type { Receiver } from '../receiver/create-receiver.ts';
import type { Store } from '../store/create-store.ts';
import type { StatsAnswer } from './answers.ts';

/** Facts that neither the store nor the receiver knows. */
export type StatsFacts = () => Pick<StatsAnswer, 'http' | 'grpc' | 'maxSpans' | 'maxBytes' | 'metrics'>;

const MAX_SERVICES = 200;

/** Makes a reader of what is told as `/api/stats`. */
export function apiStats(
  store: Store,
  receiver: Receiver,
  version: string,
  facts: StatsFacts,
): () => Omit<StatsAnswer, 'api'> {
  return () => {
    const stored = store.stats();
    const { refused, ...signals } = receiver.stats();
    const requests = Object.values(signals).reduce((sum, { requests }) => sum + requests, 0);
    const lastError = receiver.lastError();
    return {
      version,
      ...facts(),
      traces: stored.traces,
      spans: stored.spans,
      bytes: stored.bytes,
      evictedTraces: stored.evictedTraces,
      evictedSpans: stored.evictedSpans,
      rejectedSpans: stored.rejectedSpans,
      untracedLogs: stored.untracedLogs,
      requests,
      refused,
      ...(lastError !== undefined && { lastError }),
      services: store.serviceNames(MAX_SERVICES),
    };
  };
}
