import type { ChangedTraces, StatsAnswer } from '../../src/api/answers.ts';
import { type DataSource, type SourceListener, SourceProblem } from './data-source.ts';

/** Reads from the viewer that served the page. */
export function createLiveSource(): DataSource {
  return {
    kind: 'live',
    traces: (query, cursor) => json('/api/traces', { q: query, cursor }),
    trace: (traceId) => json(tracePath(traceId)),
    span: (traceId, spanId) => json(`/api/spans/${encodeURIComponent(traceId)}/${encodeURIComponent(spanId)}`),
    find: (traceId, text) => json(`${tracePath(traceId)}/find`, { q: text }),
    text: async (traceId) => (await request(`${tracePath(traceId)}.txt`)).text(),
    errors: () => json('/api/errors'),
    map: () => json('/api/map'),
    logs: ({ query, level, cursor }) => json('/api/logs', { q: query, level, cursor }),
    metrics: () => json('/api/metrics'),
    clear: async () => void (await request('/api/data', { method: 'DELETE' })),
    subscribe,
  };
}

/** Addresses of a trace as a file, for links that save it. */
export function fileUrl(traceId: string, format: 'html' | 'json' | 'txt'): string {
  return `${tracePath(traceId)}.${format}`;
}

const RETRY_MILLIS = 1500;

function tracePath(traceId: string): string {
  return `/api/traces/${encodeURIComponent(traceId)}`;
}

async function json<T>(path: string, params: Readonly<Record<string, string | undefined>> = {}): Promise<T> {
  const given = Object.entries(params).filter((entry): entry is [string, string] => Boolean(entry[1]));
  const search = given.length === 0 ? '' : `?${new URLSearchParams(given).toString()}`;
  const response = await request(path + search);
  return (await response.json()) as T;
}

async function request(path: string, options: RequestInit = {}): Promise<Response> {
  const response = await fetch(path, options).catch(() => {
    throw new SourceProblem(0, 'the viewer does not answer');
  });
  if (response.ok) return response;
  const answer = (await response.json().catch(() => ({}))) as { error?: unknown };
  throw new SourceProblem(response.status, typeof answer.error === 'string' ? answer.error : response.statusText);
}

/**
 * Listens to the stream. A page that nobody sees does not listen: browsers allow six connections to a server, and other tabs
 * need theirs. When it is seen again everything is read anew.
 */
function subscribe(listener: SourceListener): () => void {
  let stream: EventSource | undefined;
  let retry: ReturnType<typeof setTimeout> | undefined;

  function open(): void {
    close();
    stream = new EventSource('/api/stream');
    stream.addEventListener('open', () => listener.connected(true));
    stream.addEventListener('traces', (event) => listener.tracesChanged(JSON.parse(event.data) as ChangedTraces));
    stream.addEventListener('stats', (event) => listener.statsChanged(JSON.parse(event.data) as StatsAnswer));
    stream.addEventListener('cleared', () => listener.cleared());
    stream.addEventListener('error', () => {
      listener.connected(false);
      close();
      retry = setTimeout(open, RETRY_MILLIS); // by hand: after some answers a browser does not try again
    });
  }

  function close(): void {
    clearTimeout(retry);
    stream?.close();
    stream = undefined;
  }

  function follow(): void {
    if (document.hidden) close();
    else open();
  }

  document.addEventListener('visibilitychange', follow);
  follow();
  return () => {
    document.removeEventListener('visibilitychange', follow);
    close();
  };
}
