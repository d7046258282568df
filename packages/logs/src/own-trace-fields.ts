const NAMES = ['trace_id', 'span_id', 'trace_flags'] as const;

interface Seen {
  readonly bindings: string;
  readonly bringOwn: boolean;
}

// Caches: a second copy of this module fills its own and answers the same.
const seen = new WeakMap<object, Seen>();
let bindingsSymbol: symbol | undefined;

/**
 * Whether an object that goes into a log line has a trace field of its own. One is enough: our `span_id` beside a
 * foreign `trace_id` would name a span that is not in that trace.
 */
export function bringsOwnFields(object: Partial<Record<(typeof NAMES)[number], unknown>>): boolean {
  return NAMES.some((name) => Object.hasOwn(object, name) && object[name] !== undefined);
}

/**
 * Whether the bindings of a pino logger have a trace field. They are at the head of each line as finished JSON, so
 * that a field mixed in would repeat the key.
 *
 * @param logger what pino passes to a mixin as third argument, since 8.14; `false` without it
 */
export function bindingsBringOwnFields(logger: object | undefined): boolean {
  const bindings = logger === undefined ? undefined : bindingsOf(logger);
  if (logger === undefined || bindings === undefined) return false;
  const known = seen.get(logger);
  if (known?.bindings === bindings) return known.bringOwn; // setBindings() replaces the text
  const bringOwn = hasField(bindings);
  seen.set(logger, { bindings, bringOwn });
  return bringOwn;
}

/** The JSON text of a logger's bindings, e.g. `,"pid":1,"hostname":"a"`; pino keeps it under a symbol of its own. */
function bindingsOf(logger: object): string | undefined {
  if (bindingsSymbol === undefined || !(bindingsSymbol in logger)) bindingsSymbol = findBindingsSymbol(logger);
  const bindings: unknown = bindingsSymbol && Reflect.get(logger, bindingsSymbol);
  return typeof bindings === 'string' ? bindings : undefined;
}

function findBindingsSymbol(logger: object): symbol | undefined {
  for (let each: object | null = logger; each !== null; each = Object.getPrototypeOf(each) as object | null) {
    const found = Object.getOwnPropertySymbols(each).find(({ description }) => description === 'pino.chindings');
    if (found !== undefined) return found;
  }
  return undefined;
}

function hasField(bindings: string): boolean {
  if (!NAMES.some((name) => bindings.includes(`"${name}"`))) return false;
  try {
    return bringsOwnFields(JSON.parse(`{${bindings.slice(1)}}`) as object); // it may be in a nested object only
  } catch {
    return true; // a serializer of the user wrote something else than JSON: better no field than one twice
  }
}
