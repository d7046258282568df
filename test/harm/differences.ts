/** A place in which two values differ. */
export interface Difference {
  /** Keys from the outermost to the innermost, each with a slash before it. */
  readonly path: string;
  readonly bare: unknown;
  readonly preloaded: unknown;
}

/** Finds the deepest places in which two values differ; the order of keys is none. */
export function differences(bare: unknown, preloaded: unknown, path = ''): Difference[] {
  if (JSON.stringify(bare) === JSON.stringify(preloaded)) return [];
  if (!isObject(bare) || !isObject(preloaded)) return [{ path, bare, preloaded }];
  const keys = new Set([...Object.keys(bare), ...Object.keys(preloaded)]);
  return [...keys].flatMap((key) => differences(bare[key], preloaded[key], `${path}/${key}`));
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
