import { errorMonitor, EventEmitter } from 'node:events';

import type { Instrumentation } from '@opentelemetry/instrumentation';

type AnyFunction = (this: unknown, ...args: unknown[]) => unknown;
type Wrapper = (original: AnyFunction) => AnyFunction;

/** Methods of upstream's instrumentations that are replaced here; what another version lacks is left alone. */
type Methods = Record<string, ((...args: unknown[]) => Wrapper) | undefined>;

interface Definition {
  patch?: ((exports: unknown, version?: string) => unknown) | undefined;
}

/**
 * Faults of upstream's instrumentations that an application can tell, each mended where it arises. The programs of
 * `test/harm` fail without them.
 */
const MENDS: Readonly<Record<string, (methods: Methods) => void>> = {
  graphql: (methods) => around(methods, '_patchExecute', sparingContexts),
  grpc: (methods) => around(methods, '_getPatchedClientMethods', copyingMetadata),
  mysql(methods) {
    around(methods, '_patchQuery', leavingErrorsAlone);
    around(methods, '_patchCallbackQuery', keepingThis);
  },
  mysql2(methods) {
    around(methods, '_patchQuery', leavingErrorsAlone);
    around(methods, '_patchCallbackQuery', keepingThis);
  },
  'socket.io': (methods) => around(methods, '_patchOn', knowingListeners),
  'lru-memoizer': (methods) => {
    for (const definition of (methods as { _modules?: readonly Definition[] })._modules ?? []) keepMembers(definition);
  },
};

/** Mends what is known of an instrumentation. To be called before its module is loaded. */
export function mendUpstream(instrumentation: Instrumentation, name: string): void {
  MENDS[name]?.(instrumentation as unknown as Methods);
}

/** Changes what a method gives as a wrapper. */
function around(methods: Methods, name: string, mend: (wrapper: Wrapper) => Wrapper): void {
  const method = methods[name];
  if (typeof method === 'function') methods[name] = (...args) => mend(method.apply(methods, args));
}

/** Upstream notes its span on the application's context value, which throws where that is frozen. */
function sparingContexts(wrapper: Wrapper): Wrapper {
  return (original) => {
    const traced = wrapper(original);
    return function execute(...args) {
      const [first] = args;
      const context = args.length > 1 ? args[3] : isObject(first) && Reflect.get(first, 'contextValue');
      const canBeNoted = isObject(first) && (!context || (isObject(context) && Object.isExtensible(context)));
      return (canBeNoted ? traced : original).apply(this, args);
    };
  };
}

/** Upstream writes the trace context to the application's metadata, which it may use for several calls. */
function copyingMetadata(wrapper: Wrapper): Wrapper {
  return (original) => {
    const traced = wrapper(original);
    const call: AnyFunction = function (...args) {
      return traced.apply(
        this,
        args.map((arg) => (isMetadata(arg) ? arg.clone() : arg)),
      );
    };
    return Object.assign(call, traced);
  };
}

const isMetadata = (value: unknown): value is { clone(): unknown } =>
  isObject(value) && 'internalRepr' in value && 'clone' in value && typeof value.clone === 'function';

/** Upstream listens to the errors of a query, so that those that nobody else listens to end the process no more. */
function leavingErrorsAlone(wrapper: Wrapper): Wrapper {
  return (original) => {
    const traced = wrapper(original);
    return function query(...args) {
      const result = traced.apply(this, args);
      const hasCallback = args.some((arg) => typeof arg === 'function');
      if (hasCallback || !(result instanceof EventEmitter)) return result;
      const [own] = result.rawListeners('error').slice(-1) as AnyFunction[];
      if (own !== undefined) result.off('error', own).on(errorMonitor, own);
      return result;
    };
  };
}

/** Upstream calls back without the query as `this`. */
function keepingThis(wrapper: Wrapper): Wrapper {
  return (original) => {
    return function callback(...args) {
      return wrapper((...given) => original.apply(this, given)).apply(this, args);
    };
  };
}

/** Upstream puts a function of its own in the place of a listener, which `off()` and `listeners()` do not know. */
function knowingListeners(wrapper: Wrapper): Wrapper {
  return (original) => {
    /** The listener of the call that is running. */
    let given: unknown;
    const traced = wrapper(function on(event, listener) {
      const isTraced = typeof listener === 'function' && listener !== given && typeof given === 'function';
      return original.call(this, event, isTraced ? standIn(event, listener as AnyFunction, given as Once) : listener);
    });
    return function on(event, listener) {
      const before = given;
      given = listener;
      try {
        return traced.call(this, event, listener);
      } finally {
        given = before;
      }
    };
  };
}

/** A listener; one that was added by `once()` has the application's as `listener`, and removes itself. */
type Once = AnyFunction & { listener?: AnyFunction };

/** Node knows a listener by itself, or by its `listener`. */
function standIn(event: unknown, traced: AnyFunction, given: Once): AnyFunction {
  if (given.listener === undefined) return Object.assign(traced, { listener: given });
  const once: AnyFunction = function (...args) {
    (this as EventEmitter).removeListener(event as string, once);
    return traced.apply(this, args);
  };
  return Object.assign(once, { listener: given.listener });
}

/** Upstream gives a function in the place of the memoized one, without what hangs on that: `keys`, `del`, `reset`. */
function keepMembers(definition: Definition): void {
  const { patch } = definition;
  if (patch === undefined) return;
  definition.patch = (exports, version) => {
    if (typeof exports !== 'function') return patch(exports, version);
    let memoized: unknown;
    const original = exports as AnyFunction;
    const noting: AnyFunction = function (...args) {
      memoized = original.apply(this, args);
      return memoized;
    };
    const traced = patch(withMembers(noting, original), version) as AnyFunction;
    const memoizer: AnyFunction = function (...args) {
      const result = traced.apply(this, args);
      return typeof memoized === 'function' ? withMembers(result as AnyFunction, memoized) : result;
    };
    return withMembers(memoizer, original);
  };
}

/** Gives a function what hangs on another; its prototype is its own. */
function withMembers<T extends object>(target: T, source: object): T {
  for (const key of Reflect.ownKeys(source)) {
    const descriptor = Object.getOwnPropertyDescriptor(source, key);
    if (key !== 'prototype' && descriptor !== undefined) Reflect.defineProperty(target, key, descriptor);
  }
  return target;
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
