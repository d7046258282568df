import type { ServerResponse } from 'node:http';

import { API_VERSION, type ChangedTraces, type StatsAnswer } from './answers.ts';
import type { ApiContext } from './api-context.ts';
import { ApiRefusal } from './api-refusal.ts';
import type { Route } from './route.ts';

/** A browser that listens. Nothing is kept for it but how far it has come. */
interface Listener {
  readonly response: ServerResponse;
  /** It was told of all changes of traces up to this one. */
  since: number;
  /** And of all traces that were forgotten up to this one. */
  goneSince: number;
  /** Its connection has not taken yet what was written. */
  blocked: boolean;
  stats: string;
  statsAt: number;
  writtenAt: number;
}

const MAX_LISTENERS = 32;
const MAX_TRACES = 500; // in one event
const TRACES_MILLIS = 100;
const STATS_MILLIS = 1000;
const HEARTBEAT_MILLIS = 15_000;
const ALL = 0;

/** `GET /api/stream`: the changes of traces as they come, as server-sent events. */
export function eventRoutes(context: ApiContext): Route[] {
  const listeners = createListeners(context);
  return [
    {
      method: 'GET',
      path: '/api/stream',
      parameters: ['since'],
      answer({ query, lastEventId }) {
        if (listeners.isFull()) throw new ApiRefusal(503, `there are ${MAX_LISTENERS} streams already`);
        const since = query.integer('since', 0, Number.MAX_SAFE_INTEGER);
        return {
          stream: (response) => listeners.add(response, lastEventId === undefined ? since : toChange(lastEventId)),
        };
      },
    },
  ];
}

/** An id that is none of ours is older than everything. */
function toChange(lastEventId: string): number {
  return /^\d{1,16}$/.test(lastEventId) ? Number(lastEventId) : ALL;
}

// oxlint-disable-next-line max-lines-per-function -- its functions close over the listeners; none is long
function createListeners({ index, stats, closing }: ApiContext) {
  const listeners = new Set<Listener>();
  let flushing: NodeJS.Timeout | undefined;
  let flushedAt = -Infinity;
  let beating: NodeJS.Timeout | undefined;

  function write(listener: Listener, text: string): void {
    listener.writtenAt = performance.now();
    if (!listener.response.write(text)) listener.blocked = true;
  }

  /** @returns whether there is more to tell */
  function tellTraces(listener: Listener): boolean {
    let gone = index.goneSince(listener.goneSince);
    if (gone === undefined) {
      write(listener, `id: ${ALL}\nevent: cleared\ndata:\n\n`);
      listener.since = ALL;
      gone = [];
    }
    listener.goneSince = index.change;
    const changed = index.changedSince(listener.since);
    const told = changed.slice(0, MAX_TRACES);
    const isAll = told.length === changed.length;
    listener.since = isAll ? index.change : (told.at(-1)?.change ?? index.change);
    if (told.length === 0 && gone.length === 0) return false;
    const traces = told.flatMap((entry) => index.summary(entry) ?? []);
    const data: ChangedTraces = { traces, gone };
    write(listener, eventOf('traces', listener.since, data));
    return !isAll;
  }

  function tellStats(listener: Listener, answer: Omit<StatsAnswer, 'api'>): void {
    const text = JSON.stringify(answer);
    const now = performance.now();
    if (text === listener.stats || now - listener.statsAt < STATS_MILLIS) return;
    listener.stats = text;
    listener.statsAt = now;
    write(listener, eventOf('stats', listener.since, { api: API_VERSION, ...answer }));
  }

  function flush(): void {
    flushing = undefined;
    flushedAt = performance.now();
    let isMore = false;
    for (const listener of listeners) if (!listener.blocked) isMore = tellTraces(listener) || isMore;
    if (isMore) flushSoon();
  }

  function flushSoon(): void {
    if (listeners.size === 0) return;
    const delay = Math.max(0, flushedAt + TRACES_MILLIS - performance.now());
    flushing ??= setTimeout(flush, delay).unref();
  }

  function beat(): void {
    const answer = stats();
    for (const listener of listeners) {
      if (listener.blocked) continue;
      tellStats(listener, answer);
      if (performance.now() - listener.writtenAt >= HEARTBEAT_MILLIS) write(listener, ': still here\n\n');
    }
  }

  function remove(listener: Listener): void {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(beating);
    beating = undefined;
  }

  index.onChange(flushSoon);
  closing.addEventListener('abort', () => {
    for (const { response } of listeners) response.end();
  });

  return {
    isFull: (): boolean => listeners.size >= MAX_LISTENERS,
    add(response: ServerResponse, since: number = index.change): void {
      const times = { statsAt: -Infinity, writtenAt: performance.now() };
      const listener: Listener = { response, since, goneSince: since, blocked: false, stats: '', ...times };
      listeners.add(listener);
      response.once('close', () => remove(listener));
      response.on('drain', () => {
        listener.blocked = false;
        flushSoon();
      });
      beating ??= setInterval(beat, STATS_MILLIS).unref();
      tellStats(listener, stats());
      flushSoon();
    },
  };
}

function eventOf(event: string, id: number, data: unknown): string {
  return `id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}
