/** Lists a method that is replaced where it was listed, by `for in` too, but never among the own properties of an instance. */
export function isListed(object: object, name: PropertyKey): boolean {
  const own = Object.getOwnPropertyDescriptor(object, name);
  if (own !== undefined) return own.enumerable === true;
  const inherited: unknown = Object.getPrototypeOf(object);
  const isPrototype = Object.hasOwn(object, 'constructor');
  return isPrototype && typeof inherited === 'object' && inherited !== null && isFoundListed(inherited, name);
}

function isFoundListed(object: object, name: PropertyKey): boolean {
  for (const each in object) if (each === name) return true;
  return false;
}
