import { codeLocation } from './code-location.ts';
import type { SpanPlan } from './open-span.ts';
import { constructInSpan, runInSpan } from './run-in-span.ts';
import type { SpanOptions } from './span-options.ts';

/** Any function or class. */
export type AnyFunction = ((this: never, ...args: never[]) => unknown) | (abstract new (...args: never[]) => unknown);

/** The arguments of a function or class: those of its last overload. */
type ArgumentsOf<Fn> = Fn extends (this: never, ...args: infer Args) => unknown
  ? Args
  : Fn extends abstract new (...args: infer Args) => unknown
    ? Args
    : never;

/** A function that takes these arguments, and maybe more. */
type Callable<Args extends readonly unknown[]> = (this: never, ...args: [...Args, ...never[]]) => unknown;

/** See `traced`. */
export interface Traced {
  <Fn extends AnyFunction>(name: string, fn: Fn, options?: SpanOptions<ArgumentsOf<Fn>>): Fn;
  /**
   * Traces a method, as a standard decorator.
   *
   * @param name of the spans; default: the name of the method
   * @example
   * class Payments {
   *   \@traced.method('payment.charge', { attributes: (card: Card) => ({ 'card.brand': card.brand }) })
   *   async charge(card: Card) {}
   * }
   */
  method<Args extends readonly unknown[] = never[]>(
    name?: string,
    options?: SpanOptions<Args>,
  ): <Method extends Callable<Args>>(method: Method, context: ClassMethodDecoratorContext) => Method;
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

function decorate<Args extends readonly unknown[]>(name?: string, options: SpanOptions<Args> = {}) {
  const code = options?.code === true ? codeLocation('', decorate) : {};
  return <Method extends Callable<Args>>(method: Method, { name: key }: ClassMethodDecoratorContext): Method =>
    tracedFunction(
      {
        name: name ?? String(key),
        options,
        code: options?.code === true ? { 'code.function.name': method.name, ...code } : undefined,
      },
      method,
    );
}

/** A Proxy, so that everything but the call is the function's own. */
export function tracedFunction<Fn extends object>(plan: SpanPlan, fn: Fn): Fn {
  const proxy: Fn = new Proxy(fn, {
    apply: (target, self, args) =>
      runInSpan(plan, args, () => Reflect.apply(target as () => unknown, self, args), self),
    construct(target, args, newTarget) {
      const Target = target as new () => object;
      const Derived = newTarget === proxy ? Target : newTarget;
      return constructInSpan(plan, args, () => Reflect.construct(Target, args, Derived));
    },
  });
  return proxy;
}
