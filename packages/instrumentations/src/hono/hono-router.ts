import { guard } from '@clew/diagnostics';

import {
  recordException,
  responseDecidesStatus,
  serverSpan,
  setErrorStatus,
  setRoute,
} from '../servers/server-span.ts';

/** Router of Hono: it takes entries `[handler, route]`, and returns them for each request that matches. */
export interface Router {
  add(method: string, path: string, entry: unknown): void;
}

interface HonoContext {
  readonly req: { readonly method: string };
  readonly error?: unknown;
}

type Handler = (context: HonoContext, next: () => Promise<void>) => unknown;

// An application may give one router to two copies of Hono.
const OBSERVED: unique symbol = Symbol.for('clew.hono.observed');
const COMPOSED_HANDLER = '__COMPOSED_HANDLER'; // where route() keeps the handler it wraps for a sub-application

/**
 * Makes a router hold observed handlers in place of those that are added from now on. The application's own list of
 * routes, from which `showRoutes()` and `route()` read, keeps the handlers as they were given.
 */
export function observeRouter(router: Router & { [OBSERVED]?: boolean }): void {
  if (router[OBSERVED]) return;
  const add = router.add.bind(router);
  const addObserved: Router['add'] = (method, path, entry) => {
    add(
      method,
      path,
      guard('observing a handler of Hono', entry, () => observeEntry(method, path, entry)),
    );
  };
  Object.defineProperty(router, 'add', { value: addObserved, configurable: true, writable: true });
  Object.defineProperty(router, OBSERVED, { value: true });
}

function observeEntry(method: string, path: string, entry: unknown): unknown {
  if (!Array.isArray(entry) || typeof entry[0] !== 'function') return entry;
  const [handler, ...rest] = entry as [Handler, ...unknown[]];
  return isMiddleware(method, handler) ? entry : [observeHandler(path, handler), ...rest];
}

/**
 * Hono's own criterion is a second parameter, `next`. But a validator, and a handler that may pass on, have one too:
 * those are for one method, whereas `use()` is for all. (What `all()` registers with a `next` is taken for middleware.)
 */
function isMiddleware(method: string, handler: Handler): boolean {
  return method === 'ALL' && innermost(handler).length > 1;
}

function innermost(handler: Handler & { [COMPOSED_HANDLER]?: Handler }): Handler {
  const inner = handler[COMPOSED_HANDLER];
  return inner === undefined ? handler : innermost(inner);
}

function observeHandler(route: string, handler: Handler): Handler {
  const observed = (context: HonoContext, next: () => Promise<void>) => {
    const settle = (value: unknown) => {
      if (context.error !== undefined) recordError(context.error); // answered by a handler of errors inside
      return value;
    };
    const rethrow = (error: unknown) => {
      recordError(error);
      throw error;
    };
    guard('naming a Hono request', undefined, () => setRoute(context.req.method, route));
    try {
      const result = handler(context, next);
      return result instanceof Promise ? result.then(settle, rethrow) : result;
    } catch (error) {
      return rethrow(error);
    }
  };
  return observed;
}

function recordError(error: unknown): void {
  guard('recording an error of Hono', undefined, () => {
    const span = serverSpan();
    if (span === undefined || isClientError(error)) return;
    recordException(span, error);
    if (!responseDecidesStatus()) setErrorStatus(span, error);
  });
}

/** An HTTPException below 500 is an answer, by whatever copy of Hono it was made. */
function isClientError(error: unknown): boolean {
  if (typeof error !== 'object' || error === null || !('getResponse' in error)) return false;
  return 'status' in error && Number(error.status) < 500;
}
