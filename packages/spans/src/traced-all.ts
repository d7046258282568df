import { codeLocation } from './code-location.ts';
import type { SpanOptions } from './span-options.ts';
import { tracedFunction, type AnyFunction } from './traced.ts';

/** Options of `tracedAll`: those of every span, and which methods have one. */
export interface TracedAllOptions extends SpanOptions<readonly unknown[]> {
  /** Prefix of the spans' names: `orders` gives `orders.find`. Default: the name of the object's class. */
  prefix?: string;
  /** The names of the methods to trace. Default: all, except those named by a symbol. */
  only?: readonly string[];
}

/**
 * Wraps an object so that each call of a method is a span. The object itself is not changed: whoever holds it calls it
 * untraced, and so do its own methods when they call each other. Works with private fields, getters and frozen objects.
 *
 * @example
 * const repository = tracedAll(orders, { prefix: 'orders' });
 */
export function tracedAll<T extends object>(object: T, options: TracedAllOptions = {}): T {
  const location = options?.code === true ? codeLocation('', tracedAll) : undefined;
  const prefix = options?.prefix ?? classNameOf(object);
  const wrapped = new WeakMap<AnyFunction, Map<PropertyKey, AnyFunction>>();

  const wrap = (key: PropertyKey, method: AnyFunction): AnyFunction => {
    const own = withReceiver(method);
    if (typeof key !== 'string' || options?.only?.includes(key) === false) return own;
    const code = location && { 'code.function.name': method.name, ...location };
    return tracedFunction({ name: prefix === '' ? key : `${prefix}.${key}`, options, code }, own);
  };
  const wrapOnce = (key: PropertyKey, method: AnyFunction): AnyFunction => {
    const byKey = wrapped.get(method) ?? new Map<PropertyKey, AnyFunction>();
    const known = byKey.get(key) ?? wrap(key, method);
    wrapped.set(method, byKey.set(key, known));
    return known;
  };
  /** Methods run on the object itself: its private fields and internal slots are not the Proxy's. */
  const withReceiver = (method: AnyFunction): AnyFunction =>
    new Proxy(method, {
      apply(target, self, args) {
        const result: unknown = Reflect.apply(target as () => unknown, self === proxy ? object : self, args);
        return self === proxy && result === object ? proxy : result;
      },
    });

  const proxy: T = new Proxy(thawed(object), {
    get(_, key) {
      const value: unknown = Reflect.get(object, key, object);
      return isMethod(key, value) ? wrapOnce(key, value) : value;
    },
    set: (_, key, value) => Reflect.set(object, key, value, object),
  });
  return proxy;
}

/** A Proxy must show the frozen properties of its target as they are; that of a frozen object gets a copy to show. */
function thawed<T extends object>(object: T): T {
  if (!Object.isFrozen(object)) return object;
  const descriptors = Object.entries(Object.getOwnPropertyDescriptors(object));
  const thawed = descriptors.map(([key, descriptor]) => [key, { ...descriptor, configurable: true }] as const);
  return Object.create(Object.getPrototypeOf(object) as object | null, Object.fromEntries(thawed)) as T;
}

function isMethod(key: PropertyKey, value: unknown): value is AnyFunction {
  return typeof value === 'function' && key !== 'constructor' && !isClass(value);
}

const isClass = (value: unknown) => /^class\b/.test(Function.prototype.toString.call(value));

function classNameOf(object: object): string {
  const { constructor } = object;
  return typeof constructor === 'function' && constructor !== Object ? constructor.name : '';
}
