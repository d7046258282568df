import { isListed } from './is-listed.ts';

// Both module systems, and the instrumentations of the preload and of the application, meet the same objects.
const REPLACED: unique symbol = Symbol.for('clew.replaced') as never;

/**
 * Replaces a method by one that is made from it and looks like it, once for each object. What is inherited becomes the
 * object's own.
 */
export function replaceMethod<Owner extends object, Name extends keyof Owner>(
  owner: Owner,
  name: Name,
  replace: (original: Owner[Name]) => Owner[Name],
): void {
  const original = owner[name] as Owner[Name] & { [REPLACED]?: true };
  if (typeof original !== 'function' || REPLACED in original) return;
  const { name: ownName, length } = original as (...all: never[]) => unknown;
  const replacement = Object.defineProperties(replace(original) as object, {
    [REPLACED]: { value: true },
    name: { value: ownName, configurable: true },
    length: { value: length, configurable: true },
  });
  const enumerable = isListed(owner, name);
  Object.defineProperty(owner, name, { value: replacement, configurable: true, writable: true, enumerable });
}
