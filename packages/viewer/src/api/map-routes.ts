import { createServiceMap } from '../reading/create-service-map.ts';
import type { MapAnswer } from './answers.ts';
import type { ApiContext } from './api-context.ts';
import { inTurns } from './in-turns.ts';
import { jsonReply } from './reply.ts';
import type { Route } from './route.ts';

/** `GET /api/map`: who calls whom, of all traces that are held. */
export function mapRoutes({ store, index, closing }: ApiContext): Route[] {
  const latest = createLatest(async () => {
    const map = createServiceMap();
    await inTurns(addAll(), closing);
    return map.answer();

    function* addAll(): Generator<undefined, void> {
      for (const { traceId } of index.entries()) {
        const trace = store.trace(traceId);
        if (trace !== undefined) yield* map.addTrace(trace);
      }
    }
  });
  store.subscribe({ cleared: latest.forget });
  return [
    { method: 'GET', path: '/api/map', parameters: [], answer: async () => jsonReply<MapAnswer>(await latest.get()) },
  ];
}

/** A result that took longer than this is handed out again for a while. */
const CHEAP_MILLIS = 20;
/** For how many times as long as it took. */
const PATIENCE = 5;

/**
 * Makes a result for each who asks; several who ask at once share one. The dearer it is, the longer it is kept, so that
 * a page that asks every second leaves time for everything else.
 */
function createLatest<T>(make: () => Promise<T>) {
  let running: Promise<T> | undefined;
  let kept: { readonly result: T; readonly until: number } | undefined;
  let generation = 0; // those of an earlier one are about what was forgotten

  async function run(): Promise<T> {
    const [own, start] = [generation, performance.now()];
    try {
      const result = await make();
      const took = performance.now() - start;
      if (own === generation && took > CHEAP_MILLIS) kept = { result, until: performance.now() + PATIENCE * took };
      return result;
    } finally {
      if (own === generation) running = undefined;
    }
  }

  return {
    get: async (): Promise<T> => {
      if (kept !== undefined && performance.now() < kept.until) return kept.result;
      return await (running ??= run());
    },
    forget(): void {
      generation += 1;
      [running, kept] = [undefined, undefined];
    },
  };
}
