import { AsyncLocalStorage } from 'node:async_hooks';

import { ROOT_CONTEXT, type Context, type ContextManagementToken } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';

import { guard, reportOnce } from '@clew/diagnostics';

import { aKindOf } from './usable/input-in-words.ts';
import { usableContext } from './usable/usable-context.ts';

/**
 * A context manager in which only contexts are ever active: code that has nothing to do with whoever gave it something
 * else asks for the active context and uses it. Exceptions of the functions that run in a context pass.
 *
 * It binds functions and emitters as upstream's does. Work in a context runs below one frame of ours: V8
 * keeps ten of an error's stack, and each `with` on the way to it would take several of them from the application.
 */
export class GuardedContextManager extends AsyncLocalStorageContextManager {
  readonly #storage = new AsyncLocalStorage<Context>();

  override active(): Context {
    return this.#storage.getStore() ?? ROOT_CONTEXT;
  }

  override with<A extends unknown[], F extends (...args: A) => ReturnType<F>>(
    context: Context,
    fn: F,
    thisArg?: ThisParameterType<F>,
    ...args: A
  ): ReturnType<F> {
    if (typeof fn === 'function') {
      const bound = thisArg === undefined || thisArg === null ? fn : (fn.bind(thisArg) as F);
      return this.#storage.run(this.contextToRunIn(context), bound, ...args);
    }
    reportOnce('context.with', `context.with() expected a function, got ${aKindOf(fn)}; nothing is run`);
    return undefined as ReturnType<F>;
  }

  override bind<T>(context: Context | undefined, target: T): T {
    const usable = context === undefined ? this.active() : usableContext(context);
    return guard('binding a context', target, () => super.bind(usable, target)); // a frozen emitter takes no listener of ours
  }

  override attach(context: Context): ContextManagementToken {
    const storage = this.#storage;
    const before = storage.getStore();
    let isAttached = true;
    storage.enterWith(usableContext(context));
    return {
      dispose() {
        if (isAttached) storage.enterWith(before as Context); // undefined where nothing was active
        isAttached = false;
      },
    };
  }

  override disable(): this {
    this.#storage.disable();
    return super.disable();
  }

  /** The context that becomes active where this one was given. Has returned by the time the function runs. */
  protected contextToRunIn(given: Context): Context {
    return usableContext(given);
  }
}
