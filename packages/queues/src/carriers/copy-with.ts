/**
 * A copy of an object that has one property more, or another value for it. What is read of the copy is what is read of
 * the object, which may be frozen, an instance of a class, or inherit from another.
 */
export function copyWith(object: object, name: string, value: unknown): object {
  const prototype: unknown = Object.getPrototypeOf(object);
  if (prototype === Object.prototype || prototype === null) return { ...object, [name]: value };
  const copy = Object.create(object) as object;
  for (const key of getters(object)) define(copy, key, Reflect.get(object, key));
  return define(copy, name, value);
}

/** Getters are read on the object itself: those of a class may read what only its instances have. */
function getters(object: object): Set<PropertyKey> {
  const found = new Set<PropertyKey>();
  for (
    let each: object | null = object;
    each !== null && each !== Object.prototype;
    each = Object.getPrototypeOf(each)
  ) {
    for (const key of Reflect.ownKeys(each)) {
      if (Object.getOwnPropertyDescriptor(each, key)?.get !== undefined) found.add(key);
    }
  }
  return found;
}

function define(object: object, name: PropertyKey, value: unknown): object {
  return Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
}
