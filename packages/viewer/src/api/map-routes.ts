import { createServiceMap } from '../reading/create-service-map.ts';
import type { MapAnswer } from './answers.ts';
import type { ApiContext } from './api-context.ts';
import { createCostlyCache } from './create-costly-cache.ts';
import { inTurns } from './in-turns.ts';
import { jsonReply } from './reply.ts';
import type { Route } from './route.ts';
import { readTraceFilter, TRACE_FILTERS, type TraceFilter } from './trace-filter.ts';

/** `GET /api/map`: who calls whom, of the traces that match. */
export function mapRoutes(context: ApiContext): Route[] {
  const maps = createCostlyCache<Omit<MapAnswer, 'api'>>();
  context.store.subscribe({ cleared: maps.forget });
  return [
    {
      method: 'GET',
      path: '/api/map',
      parameters: TRACE_FILTERS,
      async answer({ query }) {
        const filter = readTraceFilter(query);
        // Others may wait for the same one: it is made to its end, whoever goes away.
        const map = await maps.get(query.source, () => inTurns(makeMap(context, filter), context.closing));
        return jsonReply<MapAnswer>(map);
      },
    },
  ];
}

function* makeMap(
  { store, index }: ApiContext,
  { search, since }: TraceFilter,
): Generator<undefined, Omit<MapAnswer, 'api'>> {
  const map = createServiceMap();
  for (const entry of index.entries()) {
    const trace = entry.change > since ? store.trace(entry.traceId) : undefined;
    if (trace === undefined) continue;
    if (search !== undefined && !(yield* search.matchTrace(trace, () => index.summary(entry)))) continue;
    yield* map.addTrace(trace);
  }
  return map.answer();
}
