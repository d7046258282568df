import { isListed } from '@clew/spans/internal';

type Method<This> = (this: This, ...args: unknown[]) => unknown;

// Both module systems, and the copies of the preload and of the application, meet the same clients.
const REPLACED: unique symbol = Symbol.for('clew.replaced') as never;

/**
 * Puts a method of an object or a prototype in the place of its own, under the same name and with the same length, once:
 * one that was replaced already, here or on the prototype, stays. It is listed among the properties where it was.
 *
 * @param replace makes the new method from the one there is, which it calls with its own `this`
 */
export function replaceOnce<This>(
  object: object,
  name: string,
  replace: (original: Method<This>) => Method<This>,
): void {
  const original: unknown = Reflect.get(object, name);
  if (typeof original !== 'function' || REPLACED in original) return;
  const value = Object.defineProperties(replace(original as Method<This>), {
    [REPLACED]: { value: Object.hasOwn(object, name) ? original : undefined },
    name: { value: original.name, configurable: true },
    length: { value: original.length, configurable: true },
  });
  Object.defineProperty(object, name, {
    value,
    configurable: true,
    writable: true,
    enumerable: isListed(object, name),
  });
}

/** Takes back what `replaceOnce` did to this object, unless somebody has replaced the method again. */
export function restoreReplaced(object: object, name: string): void {
  const { value } = Object.getOwnPropertyDescriptor(object, name) ?? {};
  if (typeof value !== 'function' || !(REPLACED in value)) return;
  const original = (value as { [REPLACED]?: unknown })[REPLACED];
  if (original === undefined) Reflect.deleteProperty(object, name);
  else Object.defineProperty(object, name, { ...Object.getOwnPropertyDescriptor(object, name), value: original });
}
