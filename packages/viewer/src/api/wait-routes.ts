import { DESCRIBED_TRACES, describeTraces } from '../trace-waits.ts';
import type { TraceSummary, WaitAnswer } from './answers.ts';
import type { ApiContext } from './api-context.ts';
import { ApiRefusal } from './api-refusal.ts';
import { inTurns } from './in-turns.ts';
import { jsonReply } from './reply.ts';
import type { Route } from './route.ts';
import { matchesSearch, readTraceFilter, TRACE_FILTERS, type TraceFilter } from './trace-filter.ts';

const MAX_WAITERS = 100;
const MAX_COUNT = 1000;
const DEFAULT_TIMEOUT_NANOS = 5e9;
const MAX_TIMEOUT_NANOS = 600e9;

/** `GET /api/wait`: answers when so many traces that match are complete, of those that are here or come. */
export function waitRoutes(context: ApiContext): Route[] {
  let waiters = 0;
  return [
    {
      method: 'GET',
      path: '/api/wait',
      parameters: [...TRACE_FILTERS, 'count', 'timeout'],
      async answer({ query, signal }) {
        const filter = readTraceFilter(query);
        const count = query.integer('count', 1, MAX_COUNT) ?? 1;
        const timeout = query.duration('timeout') ?? DEFAULT_TIMEOUT_NANOS;
        if (timeout > MAX_TIMEOUT_NANOS) throw new ApiRefusal(400, 'timeout: expected at most 10m');
        if (waiters >= MAX_WAITERS) throw new ApiRefusal(503, `${MAX_WAITERS} requests wait already`);
        waiters += 1;
        try {
          const traces = await waitForTraces(context, { ...filter, count, timeoutMillis: timeout / 1e6, signal });
          return jsonReply<WaitAnswer>({ traces });
        } finally {
          waiters -= 1;
        }
      },
    },
  ];
}

interface Wanted extends TraceFilter {
  readonly count: number;
  readonly timeoutMillis: number;
  readonly signal: AbortSignal;
}

async function waitForTraces(context: ApiContext, wanted: Wanted): Promise<TraceSummary[]> {
  const { store, index, closing } = context;
  const { since, count, timeoutMillis, signal } = wanted;
  const found = new Map<string, TraceSummary>();
  const changed = index.entries().filter(({ change }) => change > since);
  const unseen = new Set(changed.map(({ traceId }) => traceId));
  const bell = createBell();
  const isNew = (traceId: string) => {
    unseen.add(traceId);
    bell.ring();
  };

  function* look(traceId: string): Generator<undefined, void> {
    const summary = index.summaryOf(traceId);
    if (summary === undefined || !summary.complete || summary.change <= since) return;
    if (yield* matchesSearch(wanted, traceId, context, () => summary)) found.set(traceId, summary);
  }

  function* lookAtUnseen(): Generator<undefined, void> {
    for (const traceId of unseen) {
      unseen.delete(traceId);
      yield* look(traceId);
      if (found.size === count) return;
      yield;
    }
  }

  const unsubscribe = store.subscribe({ traceSettled: isNew });
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    bell.ring();
  }, timeoutMillis);
  signal.addEventListener('abort', bell.ring);
  try {
    for (;;) {
      await inTurns(lookAtUnseen(), signal);
      if (found.size === count) return [...found.values()];
      if (closing.aborted) throw new ApiRefusal(503, 'the viewer was closed');
      signal.throwIfAborted();
      if (isLate) break;
      await bell.rung();
    }
  } finally {
    unsubscribe();
    clearTimeout(timer);
    signal.removeEventListener('abort', bell.ring);
  }
  const matched = `${found.size} of ${count} complete traces matched`;
  // Only these: copies of all traces would take the memory of the store once more.
  const latest = index.entries().slice(-DESCRIBED_TRACES);
  const described = describeTraces(latest.flatMap(({ traceId }) => store.trace(traceId) ?? []));
  throw new ApiRefusal(504, `after ${timeoutMillis} ms: ${matched}; ${described}`);
}

/** Something to wait at: whoever comes after it was rung goes on at once. */
function createBell() {
  let wake: (() => void) | undefined;
  let wasRung = false;
  return {
    ring(): void {
      wasRung = true;
      wake?.();
    },
    async rung(): Promise<void> {
      if (!wasRung) await new Promise<void>((resolve) => (wake = resolve));
      wasRung = false;
    },
  };
}
