import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';

import type { Receiver } from '../receiver/create-receiver.ts';
import { API_VERSION } from './answers.ts';
import type { ApiContext } from './api-context.ts';
import { apiStats, type StatsFacts } from './api-stats.ts';
import type { Access } from './create-access.ts';
import { createApi } from './create-api.ts';
import { createSender } from './create-sender.ts';
import { isPagePath, pageReply } from './page-reply.ts';
import { errorReply, type Reply, textReply } from './reply.ts';
import { SECURITY_HEADERS } from './security-headers.ts';
import { createTraceIndex } from './trace-index.ts';

/** Parts that the API reads, and that it shares the port with. */
export interface FrontOptions extends Pick<ApiContext, 'store' | 'version' | 'metrics' | 'files' | 'closing'> {
  /** Answers everything that is neither of the API nor of the page. */
  readonly receiver: Receiver;
  readonly access: Access;
  /** Requests may come from another machine. */
  readonly isRemote: boolean;
  readonly facts: StatsFacts;
}

const VERSION_HEADER = { 'clew-api': String(API_VERSION) };

/** Shares the requests of one port out between the API, the page and the receiver of telemetry. */
export function createFront({ receiver, access, isRemote, facts, ...context }: FrontOptions): RequestListener {
  const send = createSender(isRemote);
  const api = createApi({
    ...context,
    index: createTraceIndex(context.store),
    stats: apiStats(context.store, receiver, context.version, facts),
  });

  async function answerApi(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const refusal = access.pageRefusal(request);
    const reply =
      refusal === undefined
        ? await api.reply(request, response)
        : { ...errorReply(refusal.status, refusal.problem), headers: refusalHeaders(refusal.status) };
    if (!('stream' in reply)) {
      return await send(request, response, { ...reply, headers: { ...reply.headers, ...VERSION_HEADER } });
    }
    const headers = { 'content-type': 'text/event-stream', 'cache-control': 'no-store' };
    response.writeHead(200, { ...SECURITY_HEADERS, ...VERSION_HEADER, ...headers });
    if (request.method === 'HEAD') response.end();
    else reply.stream(response);
  }

  function pageAnswer(request: IncomingMessage, path: string): Reply {
    const [, query] = splitAt(request.url ?? '/', '?');
    const parameters = new URLSearchParams(query);
    const token = parameters.get('token');
    const cookie = token === null ? undefined : access.cookieFor(request, token);
    if (cookie !== undefined) {
      parameters.delete('token');
      const location = parameters.size === 0 ? path : `${path}?${parameters.toString()}`;
      return { ...textReply(`see ${location}`, 303), headers: { location, 'set-cookie': cookie } };
    }
    const refusal = access.pageRefusal(request);
    if (refusal === undefined) return pageReply(request, path, context.files());
    return { ...textReply(refusal.problem, refusal.status), headers: refusalHeaders(refusal.status) };
  }

  async function answerPage(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
    await send(request, response, pageAnswer(request, path));
  }

  return (request, response) => {
    const [path] = splitAt(request.url ?? '/', '?');
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    const answered =
      path === '/api' || path.startsWith('/api/')
        ? answerApi(request, response)
        : isRead && isPagePath(path)
          ? answerPage(request, response, path)
          : undefined;
    if (answered === undefined) receiver.listener(request, response);
    else answered.catch(() => response.destroy()); // nobody waits for the answer any more
  };
}

/** HTTP has an answer of 401 say by what one may identify oneself. */
function refusalHeaders(status: number): Record<string, string> {
  return status === 401 ? { 'www-authenticate': 'Bearer' } : {};
}

function splitAt(text: string, mark: string): [before: string, after: string] {
  const at = text.indexOf(mark);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + mark.length)];
}
