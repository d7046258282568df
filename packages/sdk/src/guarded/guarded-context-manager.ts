import { AsyncLocalStorage } from 'node:async_hooks';
import { EventEmitter } from 'node:events';

import { ROOT_CONTEXT, type Context, type ContextManagementToken, type ContextManager } from '@opentelemetry/api';

import { guard, reportOnce } from '@clew/diagnostics';

import { aKindOf } from './usable/input-in-words.ts';
import { usableContext } from './usable/usable-context.ts';

/**
 * A context manager in which only contexts are ever active: code that has nothing to do with whoever gave it something
 * else asks for the active context and uses it. Exceptions of the functions that run in a context pass.
 *
 * A bound emitter emits in its context, and its listeners are those that were added: `off()`, `listeners()` and the like
 * find them. Work in a context runs below one frame of ours: V8 keeps ten of an error's stack, and each `with` on the way to
 * it would take several of them from the application.
 */
export class GuardedContextManager implements ContextManager {
  readonly #storage = new AsyncLocalStorage<Context>();
  /** One that is bound again stays in the context that it was first bound to. */
  readonly #bound = new WeakSet<EventEmitter>();

  active(): Context {
    return this.#storage.getStore() ?? ROOT_CONTEXT;
  }

  with<A extends unknown[], F extends (...args: A) => ReturnType<F>>(
    context: Context,
    fn: F,
    thisArg?: ThisParameterType<F>,
    ...args: A
  ): ReturnType<F> {
    if (typeof fn === 'function') {
      const bound = thisArg === undefined || thisArg === null ? fn : (fn.bind(thisArg) as F);
      return this.#storage.run(this.contextToRunIn(usableContext(context)), bound, ...args);
    }
    reportOnce('context.with', `context.with() expected a function, got ${aKindOf(fn)}; nothing is run`);
    return undefined as ReturnType<F>;
  }

  /** Returns a function that runs in the context; an emitter is returned itself, and anything else as it is. */
  bind<T>(context: Context | undefined, target: T): T {
    const usable = context === undefined ? this.active() : usableContext(context);
    if (isEmitter(target)) {
      return guard('binding a context', target, () => this.#bindEmitter(usable, target)); // a frozen one takes nothing of ours
    }
    if (typeof target !== 'function') return target;
    return guard('binding a context', target, () => this.#bindFunction(usable, target as T & AnyFunction));
  }

  attach(context: Context): ContextManagementToken {
    const storage = this.#storage;
    const before = storage.getStore();
    let isAttached = true;
    storage.enterWith(this.contextToRunIn(usableContext(context)));
    return {
      dispose() {
        if (isAttached) storage.enterWith(before as Context); // undefined where nothing was active
        isAttached = false;
      },
    };
  }

  enable(): this {
    return this;
  }

  disable(): this {
    this.#storage.disable();
    return this;
  }

  /** The context that becomes active where this one was given. Has returned by the time the function runs. */
  protected contextToRunIn(given: Context): Context {
    return given;
  }

  #bindFunction<F extends AnyFunction>(given: Context, target: F): F {
    const storage = this.#storage;
    const contextToRunIn = () => this.contextToRunIn(given);
    function bound(this: unknown, ...args: unknown[]): unknown {
      return storage.run(contextToRunIn(), Reflect.apply, target, this, args);
    }
    const { length } = target;
    if (length !== bound.length) Object.defineProperty(bound, 'length', { configurable: true, value: length });
    return bound as F;
  }

  /** `emit` alone is another one, and only where somebody looks for it on this very object. */
  #bindEmitter<E extends EventEmitter>(given: Context, emitter: E): E {
    if (this.#bound.has(emitter)) return emitter;
    const storage = this.#storage;
    const contextToRunIn = () => this.contextToRunIn(given);
    const own = Object.getOwnPropertyDescriptor(emitter, 'emit')?.value as EventEmitter['emit'] | undefined;
    function emit(this: EventEmitter, ...args: Parameters<EventEmitter['emit']>): boolean {
      const inherited = own ?? (Object.getPrototypeOf(emitter) as EventEmitter).emit;
      const context = contextToRunIn();
      const isUnheard = inherited === NODE_EMIT && args[0] !== 'error' && listenerCount.call(this, args[0]) === 0;
      if (isUnheard || storage.getStore() === context) return Reflect.apply(inherited, this, args);
      return storage.run(context, Reflect.apply, inherited, this, args) as boolean;
    }
    Object.defineProperty(emitter, 'emit', { configurable: true, enumerable: false, writable: true, value: emit });
    this.#bound.add(emitter);
    return emitter;
  }
}

/**
 * Most events of a request have no listener, and entering a context costs ten times their emission. Those of Node, as they
 * are before the application runs: any other emit() may do what it likes, and does it in the context.
 */
const { emit: NODE_EMIT, listenerCount } = EventEmitter.prototype;

type AnyFunction = (...args: unknown[]) => unknown;

function isEmitter(target: unknown): target is EventEmitter {
  try {
    return target instanceof EventEmitter;
  } catch {
    return false; // a Proxy
  }
}
