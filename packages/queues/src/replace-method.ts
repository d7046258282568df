/**
 * Puts a method of one object in the place of its own, under the same name and with the same length. It is listed among
 * the object's properties if the other was, and may be replaced again.
 */
export function replaceMethod(object: object, name: string, replace: (original: Method) => Method): void {
  const original: unknown = Reflect.get(object, name);
  if (typeof original !== 'function') return;
  const value = Object.defineProperties(replace(original as Method), {
    name: { value: original.name, configurable: true },
    length: { value: original.length, configurable: true },
  });
  const enumerable = Object.getOwnPropertyDescriptor(object, name)?.enumerable ?? false;
  Object.defineProperty(object, name, { value, configurable: true, writable: true, enumerable });
}

/** A method of a client, of which nothing is known. */
type Method = (this: unknown, ...args: unknown[]) => unknown;
