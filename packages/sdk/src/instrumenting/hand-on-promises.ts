import { types } from 'node:util';

import type { Instrumentation } from '@opentelemetry/instrumentation';

import { partsOf } from './instrumentation-parts.ts';

/** Names a function whose promise upstream watches on the side and then returns as it is. */
interface Watcher {
  /** A method of the instrumentation that calls the library. */
  readonly method?: string;
  /** A function of the library that the instrumentation wraps. */
  readonly wrapped?: string;
}

type AnyFunction = (this: unknown, ...args: readonly unknown[]) => unknown;
type Wrapper = (this: void, original: unknown) => unknown;

/**
 * Hands the application a promise that follows the one which an instrumentation watches. A promise that is watched counts as
 * handled: without this, a failure that nobody awaits would not end the process any more.
 */
export function handOnPromises(instrumentation: Instrumentation, { method, wrapped }: Watcher): void {
  for (const part of partsOf(instrumentation)) {
    const own = method === undefined ? undefined : (Reflect.get(part, method) as unknown);
    if (method !== undefined && isFunction(own)) Reflect.set(part, method, handingOn(own));
    const { _wrap: wrap } = part;
    if (wrapped === undefined || wrap === undefined) continue;
    part._wrap = (owner, name, wrapper) => {
      if (name !== wrapped) return wrap(owner, name, wrapper);
      return wrap(owner, name, (original: unknown) => {
        const patched = (wrapper as Wrapper)(original);
        return isFunction(patched) ? handingOn(patched) : patched;
      });
    };
  }
}

function handingOn(watching: AnyFunction): AnyFunction {
  return function handOn(this: unknown, ...args) {
    const result = Reflect.apply(watching, this, args);
    // Another `then` than Promise's own may do more than to wait.
    return types.isPromise(result) && result.then === Promise.prototype.then ? result.then(asItIs) : result;
  };
}

const asItIs = <Value>(value: Value) => value;

const isFunction = (value: unknown): value is AnyFunction => typeof value === 'function';
