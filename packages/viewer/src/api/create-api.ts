import type { IncomingMessage, ServerResponse } from 'node:http';

import type { ApiContext } from './api-context.ts';
import { ApiRefusal } from './api-refusal.ts';
import { errorRoutes } from './error-routes.ts';
import { logRoutes } from './log-routes.ts';
import { mapRoutes } from './map-routes.ts';
import { readQuery } from './read-query.ts';
import { errorReply, type Reply, type Streamed } from './reply.ts';
import type { Ids, Route } from './route.ts';
import { storeRoutes } from './store-routes.ts';
import { eventRoutes } from './event-routes.ts';
import { waitRoutes } from './wait-routes.ts';
import { traceListRoutes } from './trace-list-routes.ts';
import { traceRoutes } from './trace-routes.ts';

/** The endpoints below `/api/`. */
export interface Api {
  readonly routes: readonly Route[];
  /** Answers every request, refused ones too; rejects when nobody waits for the answer any more. */
  reply(request: IncomingMessage, response: ServerResponse): Promise<Reply | Streamed>;
}

const MAX_URL = 8192; // characters
const ID_DIGITS: Readonly<Record<keyof Ids, number>> = { trace: 32, span: 16 };

export function createApi(context: ApiContext): Api {
  const routes = [
    ...traceListRoutes(context),
    ...traceRoutes(context),
    ...logRoutes(context),
    ...errorRoutes(context),
    ...mapRoutes(context),
    ...storeRoutes(context),
    ...waitRoutes(context),
    ...eventRoutes(context),
  ];
  const matchers = routes.map((route) => ({ route, pattern: patternOf(route.path) }));

  function find(path: string, method: string): { readonly route: Route; readonly ids: Ids } {
    const matching = matchers.filter(({ pattern }) => pattern.test(path));
    if (matching.length === 0) throw new ApiRefusal(404, 'there is no such endpoint in this version of the API');
    const found = matching.find(({ route }) => route.method === (method === 'HEAD' ? 'GET' : method));
    if (found !== undefined) return { route: found.route, ids: idsOf(found.pattern.exec(path)?.groups ?? {}) };
    const allowed = matching.map(({ route }) => (route.method === 'GET' ? 'GET, HEAD' : route.method)).join(', ');
    throw new ApiRefusal(405, `only ${allowed} is allowed here`, { allow: allowed });
  }

  return {
    routes,
    async reply(request, response) {
      const signal = abortedWith(response, context.closing);
      try {
        const { path, query } = splitUrl(request.url ?? '/');
        const { route, ids } = find(path, request.method ?? 'GET');
        const lastEventId = request.headers['last-event-id'];
        return await route.answer({
          ids,
          query: readQuery(query, route.parameters),
          lastEventId: typeof lastEventId === 'string' ? lastEventId : undefined,
          signal,
        });
      } catch (error) {
        if (signal.aborted && !context.closing.aborted) throw error; // the client went away
        const { status, message, headers } = refusalOf(error);
        return { ...errorReply(status, message), headers };
      }
    },
  };
}

function refusalOf(error: unknown): Pick<ApiRefusal, 'status' | 'message' | 'headers'> {
  if (error instanceof ApiRefusal) return error;
  const message = error instanceof Error ? error.message : String(error);
  return { status: 500, message: `the viewer failed to answer: ${message}`, headers: {} };
}

/** `/api/spans/:trace/:span` as a regular expression; ids hold neither slashes nor dots. */
function patternOf(path: string): RegExp {
  const source = path.replaceAll('.', String.raw`\.`).replaceAll(/:(\w+)/g, '(?<$1>[^/.]+)');
  return new RegExp(`^${source}$`);
}

function idsOf(groups: Readonly<Record<string, string>>): Ids {
  return { trace: readId(groups, 'trace'), span: readId(groups, 'span') };
}

function readId(groups: Readonly<Record<string, string>>, name: keyof Ids): string {
  const id = groups[name];
  if (id === undefined) return '';
  if (id.length === ID_DIGITS[name] && /^[\da-f]+$/i.test(id)) return id.toLowerCase();
  throw new ApiRefusal(400, `${name} id: expected ${ID_DIGITS[name]} hex digits`);
}

function splitUrl(url: string): { readonly path: string; readonly query: string } {
  if (url.length > MAX_URL) throw new ApiRefusal(414, `the URL has more than ${MAX_URL} characters`);
  const mark = url.indexOf('?');
  const path = mark < 0 ? url : url.slice(0, mark);
  try {
    return { path: decodeURIComponent(path), query: mark < 0 ? '' : url.slice(mark + 1) };
  } catch {
    throw new ApiRefusal(400, 'the path has a % that begins no escape of UTF-8');
  }
}

/** Aborted when the response has ended in whatever way, or with `closing`. */
function abortedWith(response: ServerResponse, closing: AbortSignal): AbortSignal {
  const controller = new AbortController();
  const abort = () => controller.abort();
  closing.addEventListener('abort', abort);
  response.once('close', () => {
    closing.removeEventListener('abort', abort);
    abort();
  });
  return controller.signal;
}
