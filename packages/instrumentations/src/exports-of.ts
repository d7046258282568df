/**
 * Returns the exports of a CommonJS module, however it was loaded: `import` gives a namespace that has them as
 * `default`, and only some of the names beside it.
 *
 * @param known one of its exports
 */
export function exportsOf<Exports extends object>(loaded: Exports, known: keyof Exports): Exports {
  return known in loaded ? loaded : (Reflect.get(loaded, 'default') as Exports);
}
