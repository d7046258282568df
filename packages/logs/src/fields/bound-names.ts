const NONE: ReadonlySet<string> = new Set();

/**
 * Which of these names are in the bindings of a pino logger. They are at the head of each line as finished JSON, so
 * that a field of ours would repeat the key.
 *
 * @param bindings the JSON text as pino keeps it, e.g. `,"pid":1,"hostname":"a"`
 */
export function boundNames(bindings: string, names: readonly string[]): ReadonlySet<string> {
  const mentioned = names.filter((name) => bindings.includes(JSON.stringify(name)));
  if (mentioned.length === 0) return NONE;
  try {
    const parsed = JSON.parse(`{${bindings.slice(1)}}`) as object;
    return new Set(mentioned.filter((name) => Object.hasOwn(parsed, name))); // it may be in a nested object only
  } catch {
    return new Set(mentioned); // a serializer of the user wrote something else than JSON: better no field than one twice
  }
}
