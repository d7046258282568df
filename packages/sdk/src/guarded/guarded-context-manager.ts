import type { Context, ContextManagementToken } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';

import { guard, reportOnce } from '@clew/diagnostics';

import { kindOf } from './usable/input-in-words.ts';
import { usableContext } from './usable/usable-context.ts';

/**
 * A context manager in which only contexts are ever active: code that has nothing to do with whoever gave it something
 * else asks for the active context and uses it. Exceptions of the functions that run in a context pass.
 */
export class GuardedContextManager extends AsyncLocalStorageContextManager {
  override with<A extends unknown[], F extends (...args: A) => ReturnType<F>>(
    context: Context,
    fn: F,
    thisArg?: ThisParameterType<F>,
    ...args: A
  ): ReturnType<F> {
    if (typeof fn === 'function') return super.with(usableContext(context), fn, thisArg, ...args);
    reportOnce('context.with', `context.with() was given no function to run (${kindOf(fn)})`);
    return undefined as ReturnType<F>;
  }

  override bind<T>(context: Context | undefined, target: T): T {
    const usable = context === undefined ? this.active() : usableContext(context);
    return guard('binding a context', target, () => super.bind(usable, target)); // a frozen emitter takes no listener of ours
  }

  override attach(context: Context): ContextManagementToken {
    return super.attach(usableContext(context));
  }
}
