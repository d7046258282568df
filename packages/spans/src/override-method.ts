import { readProperty } from '@clew/diagnostics';

type Method = (this: unknown, ...args: unknown[]) => unknown;

/**
 * Puts a method of one object in the place of its own, in such a way that the object stays the same: as a property
 * that is not listed and may be overridden again.
 *
 * @param replace makes the new method from the one there is
 * @returns whether the object took it: frozen ones and some Proxies do not
 */
export function overrideMethod(object: object, key: PropertyKey, replace: (original: Method) => Method): boolean {
  const original = readProperty(object, key);
  if (typeof original !== 'function') return false;
  try {
    const value = replace(original as Method);
    const descriptor = { value, configurable: true, writable: true, enumerable: false };
    return Reflect.defineProperty(object, key, descriptor) && readProperty(object, key) === value;
  } catch {
    return false; // the trap of a Proxy
  }
}
