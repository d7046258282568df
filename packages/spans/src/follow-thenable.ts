import { context, type Context } from '@opentelemetry/api';

import { failSpan, type OpenSpan } from './open-span.ts';
import { overrideMethod } from './override-method.ts';

type Handler = (value: unknown) => unknown;

/** Methods that start a query builder, besides `then`. */
const STARTERS = ['catch', 'finally', 'exec', 'execute'] as const;

/**
 * Ends the span when a thenable settles. Query builders start their work when `then` is called: we never call it, but
 * stand in its place on the object, which stays the builder that it is.
 *
 * @param settle follows what the thenable was fulfilled with, and a promise that a starter returned
 * @returns whether the thenable can be followed
 */
export function followThenable(
  open: OpenSpan,
  thenable: object,
  settle: (open: OpenSpan, value: unknown) => unknown,
): boolean {
  const followed = overrideMethod(
    thenable,
    'then',
    (then) =>
      function (...args) {
        if (open.isEnded || this !== thenable) return Reflect.apply(then, this, args);
        const [onFulfilled, onRejected] = args;
        const caller = context.active();
        const fulfil: Handler = (value) => {
          settle(open, value);
          return typeof onFulfilled === 'function' ? handle(caller, onFulfilled as Handler, value) : value;
        };
        const reject: Handler = (error) => {
          failSpan(open, error);
          if (typeof onRejected === 'function') return handle(caller, onRejected as Handler, error);
          throw error;
        };
        return startIn(open, () => Reflect.apply(then, this, [fulfil, reject]));
      },
  );
  if (followed) for (const name of STARTERS) followStarter(open, thenable, name, settle);
  return followed;
}

function followStarter(
  open: OpenSpan,
  thenable: object,
  name: (typeof STARTERS)[number],
  settle: (open: OpenSpan, value: unknown) => unknown,
): void {
  overrideMethod(
    thenable,
    name,
    (start) =>
      function (...args) {
        if (open.isEnded || this !== thenable) return Reflect.apply(start, this, args);
        const caller = context.active();
        const handlers = args.map((arg) => (typeof arg === 'function' ? inCaller(open, caller, name, arg) : arg));
        const result = startIn(open, () => Reflect.apply(start, this, handlers));
        return result instanceof Promise ? settle(open, result) : result;
      },
  );
}

/** A handler of the user that runs where its owner put it, not in our span; that of `catch` tells us the error. */
function inCaller(open: OpenSpan, caller: Context, name: (typeof STARTERS)[number], handler: unknown): Handler {
  return (...args) => {
    if (name === 'catch') failSpan(open, args[0]);
    return context.with(caller, handler as (...args: unknown[]) => unknown, undefined, ...args);
  };
}

function startIn(open: OpenSpan, start: () => unknown): unknown {
  try {
    return context.with(open.context, start);
  } catch (error) {
    failSpan(open, error);
    throw error;
  }
}

function handle(caller: Context, handler: Handler, value: unknown): unknown {
  return context.with(caller, handler, undefined, value);
}
