/**
 * Copies an object, with one property more or another value for it. Whatever is read of the copy is what is read of the
 * object: by name, by `in`, and by whoever copies its own properties. It may be frozen, an instance of a class, or inherit
 * from another, whose getters are not called before the copy is read.
 */
export function copyWith(object: object, name: string, value: unknown): object {
  return isPlain(object) ? { ...object, [name]: value } : define(copyOf(object), name, { value, ...OWN });
}

/** The same without another property. */
export function copyOf(object: object): object {
  if (isPlain(object)) return { ...object };
  const prototype = Object.getPrototypeOf(object) as object;
  const copy = Object.create(prototype) as object;
  for (const key of Reflect.ownKeys(object)) {
    const own = Object.getOwnPropertyDescriptor(object, key);
    if (own === undefined) continue;
    const changeable = { configurable: true, enumerable: own.enumerable === true };
    if (own.get === undefined) define(copy, key, { writable: true, value: own.value, ...changeable });
    else define(copy, key, { get: () => readOf(object, key), ...changeable });
  }
  // Getters of a class may read what only its instances have.
  for (const key of gettersOf(prototype)) {
    if (Object.hasOwn(copy, key)) continue;
    define(copy, key, {
      get: () => readOf(object, key),
      set: (written: unknown) => define(copy, key, { value: written, ...OWN }),
      configurable: true,
      enumerable: false,
    });
  }
  return copy;
}

function isPlain(object: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(object);
  return prototype === Object.prototype || prototype === null;
}

const OWN = { configurable: true, enumerable: true, writable: true };

const readOf = (object: object, key: PropertyKey): unknown => Reflect.get(object, key) as unknown;

/** Those that are listed by `for in` stand on plain objects, and are inherited as they are. */
function gettersOf(prototype: object): Set<PropertyKey> {
  const found = new Set<PropertyKey>();
  for (
    let each: object | null = prototype;
    each !== null && each !== Object.prototype;
    each = Object.getPrototypeOf(each)
  ) {
    for (const key of Reflect.ownKeys(each)) {
      const { get, enumerable } = Object.getOwnPropertyDescriptor(each, key) ?? {};
      if (get !== undefined && enumerable === false) found.add(key);
    }
  }
  return found;
}

function define(object: object, name: PropertyKey, descriptor: PropertyDescriptor): object {
  return Object.defineProperty(object, name, descriptor);
}
