import { guard, reportOnce } from '@clew/diagnostics';

import { codeLocation } from './code-location.ts';
import type { SpanPlan } from './open-span.ts';
import { applyInSpan, constructInSpan } from './run-in-span.ts';
import type { SpanOptions } from './span-options.ts';

/**
 * Any function or class. It says nothing of `this`: TypeScript 5 would give a function expression the `this` that is
 * named here, and none could be called.
 */
export type AnyFunction = ((...args: never[]) => unknown) | (abstract new (...args: never[]) => unknown);

/** The arguments of a function or class: those of its last overload. */
type ArgumentsOf<Fn> = Fn extends (...args: infer Args) => unknown
  ? Args
  : Fn extends abstract new (...args: infer Args) => unknown
    ? Args
    : never;

/** A function that takes these arguments, and maybe more. */
type Callable<Args extends readonly unknown[]> = (...args: [...Args, ...never[]]) => unknown;

/** See `traced`. */
export interface Traced {
  <Fn extends AnyFunction>(name: string, fn: Fn, options?: SpanOptions<ArgumentsOf<Fn>>): Fn;
  /**
   * Traces a method, as a decorator: a standard one, or one of TypeScript's `experimentalDecorators`.
   *
   * @param name of the spans; default: the name of the method
   * @example
   * class Payments {
   *   \@traced.method('payment.charge', { attributes: (card: Card) => ({ 'card.brand': card.brand }) })
   *   async charge(card: Card) {}
   * }
   */
  method<Args extends readonly unknown[] = never[]>(name?: string, options?: SpanOptions<Args>): TracedMethod<Args>;
}

/** A decorator of methods that take these arguments, in both forms in which compilers call decorators. */
export interface TracedMethod<Args extends readonly unknown[]> {
  <Method extends Callable<Args>>(method: Method, context: ClassMethodDecoratorContext): Method;
  <Method extends Callable<Args>>(
    target: object,
    key: string | symbol,
    descriptor: TypedPropertyDescriptor<Method>,
  ): TypedPropertyDescriptor<Method>;
}

/**
 * Wraps a function so that each call is a span, which ends when the work has ended: when the function returned, its
 * promise settled, its generator or stream was drained. The wrapped function is used as the function is: with its
 * types, `this`, `new`, name, length and properties.
 *
 * @example
 * export const charge = traced('payment.charge', chargeCard, { attributes: (card) => ({ 'card.brand': card.brand }) });
 */
export const traced: Traced = Object.assign(wrap, { method: decorate });

function wrap<Fn extends AnyFunction>(name: string, fn: Fn, options: SpanOptions<ArgumentsOf<Fn>> = {}): Fn {
  return tracedFunction({ name, options, code: options?.code === true ? codeLocation(fn.name, wrap) : undefined }, fn);
}

function decorate<Args extends readonly unknown[]>(name?: string, options: SpanOptions<Args> = {}): TracedMethod<Args> {
  if (typeof name === 'function' || typeof name === 'object') {
    return reportMisuse('was written without its parentheses') as never; // nothing in place of a decorator's result
  }
  const code = options?.code === true ? codeLocation('', decorate) : undefined;
  const trace = (key: PropertyKey, method: Callable<Args>) =>
    tracedFunction(
      { name: name ?? String(key), options, code: code && { 'code.function.name': method.name, ...code } },
      method,
    );
  return ((decorated: unknown, at: PropertyKey | ClassMethodDecoratorContext, legacy?: PropertyDescriptor) => {
    const isLegacy = typeof at !== 'object';
    const key = isLegacy ? at : at.name;
    const method: unknown = isLegacy ? legacy?.value : decorated;
    if (typeof method !== 'function') return reportMisuse(`expected a method, got another member (${String(key)})`);
    const result = trace(key, method as Callable<Args>);
    if (!isLegacy) return result;
    copyMetadata(method, result);
    return { ...legacy, value: result };
  }) as TracedMethod<Args>;
}

/** Compilers that check no types let it stand before a field or, in the older form, a getter, and without parentheses. */
function reportMisuse(problem: string): undefined {
  reportOnce(`traced.method() ${problem}`, `@traced.method() ${problem}; not traced`);
}

/** The functions that reflect-metadata adds to `Reflect`. */
interface ReflectMetadata {
  getOwnMetadataKeys?(from: object): unknown[];
  getOwnMetadata(key: unknown, from: object): unknown;
  defineMetadata(key: unknown, value: unknown, to: object): void;
}

/** Frameworks such as NestJS keep routes and guards as metadata of the function, and other decorators may have set them. */
function copyMetadata(from: object, to: object): void {
  guard('copying metadata of a traced method', undefined, () => {
    const reflect = Reflect as Partial<ReflectMetadata> as ReflectMetadata;
    for (const key of reflect.getOwnMetadataKeys?.(from) ?? []) {
      reflect.defineMetadata(key, reflect.getOwnMetadata(key, from), to);
    }
  });
}

/** A Proxy, so that everything but the call is the function's own. */
export function tracedFunction<Fn extends object>(plan: SpanPlan, fn: Fn): Fn {
  const proxy: Fn = new Proxy(fn, {
    apply: (target, self, args: unknown[]) => applyInSpan(plan, target as () => unknown, self, args),
    construct(target, args, newTarget) {
      const Target = target as new () => object;
      const Derived = newTarget === proxy ? Target : newTarget;
      return constructInSpan(plan, args, () => Reflect.construct(Target, args, Derived));
    },
  });
  return proxy;
}
