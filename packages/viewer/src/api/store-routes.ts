import type { ClearAnswer, MetricListAnswer, StatsAnswer } from './answers.ts';
import type { ApiContext } from './api-context.ts';
import { jsonReply } from './reply.ts';
import type { Route } from './route.ts';

/** Routes for the counts of the store, for metrics, and for beginning anew. */
export function storeRoutes({ store, stats, metrics }: ApiContext): Route[] {
  return [
    { method: 'GET', path: '/api/stats', parameters: [], answer: () => jsonReply<StatsAnswer>(stats()) },
    { method: 'GET', path: '/api/metrics', parameters: [], answer: () => jsonReply<MetricListAnswer>(metrics()) },
    {
      method: 'DELETE',
      path: '/api/data',
      parameters: [],
      answer() {
        const { traces, spans } = store.stats();
        store.clear();
        return jsonReply<ClearAnswer>({ cleared: { traces, spans } });
      },
    },
  ];
}
