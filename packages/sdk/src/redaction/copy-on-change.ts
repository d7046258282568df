/** The same list when `change` gives back every item, else a new one. */
export function changeItems<T>(items: readonly T[], change: (item: T) => T): readonly T[] {
  let copy: T[] | undefined;
  for (const [index, item] of items.entries()) {
    const changed = change(item);
    if (changed === item) continue;
    copy ??= [...items];
    copy[index] = changed;
  }
  return copy ?? items;
}

/** The same object when `change` gives back every field, else a new one with the same names. */
export function changeFields<T>(
  fields: Readonly<Record<string, T>>,
  change: (name: string, field: T) => T,
): Readonly<Record<string, T>> {
  let copy: Record<string, T> | undefined;
  for (const [name, field] of Object.entries(fields)) {
    const changed = change(name, field);
    if (changed === field) continue;
    copy ??= { ...fields };
    copy[name] = changed;
  }
  return copy ?? fields;
}
