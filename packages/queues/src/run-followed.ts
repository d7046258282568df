import { types } from 'node:util';

import { context, type Context } from '@opentelemetry/api';

/** Tells that work has ended, and by which error. */
export type Ended = (...thrown: [] | [error: unknown]) => void;

/**
 * Does work in a context and tells when it has ended: with its promise, if it returned one, else at once. The promise that
 * comes back is derived, not watched on the side: a rejection that nobody handles stays unhandled.
 */
export function runFollowed<Result>(given: Context, work: () => Result, ended: Ended): Result {
  const result = run(given, work, ended);
  if (result instanceof Promise) return follow(result, ended) as Result;
  ended();
  return result;
}

/**
 * The same for a client that takes no notice of what its handler returns. The promise of an async function is nobody
 * else's, and one derived from it stands in for it. Any other may be watched by the application: a second one would have
 * its rejection reported twice, so it is left alone and the work ends with the call.
 *
 * @param handler the application's function, which `call` calls
 */
export function runUnheeded<Result>(given: Context, handler: unknown, call: () => Result, ended: Ended): Result {
  if (types.isAsyncFunction(handler)) return runFollowed(given, call, ended);
  const result = run(given, call, ended);
  ended();
  return result;
}

function run<Result>(given: Context, work: () => Result, ended: Ended): Result {
  try {
    return context.with(given, work);
  } catch (error) {
    ended(error);
    throw error;
  }
}

function follow(promise: Promise<unknown>, ended: Ended): Promise<unknown> {
  return promise.then(
    (value) => {
      ended();
      return value;
    },
    (error: unknown) => {
      ended(error);
      throw error;
    },
  );
}
