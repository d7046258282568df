import { fieldOf, namesOf, textOf, type Carrier } from './carrier.ts';

/**
 * Fields inside a JSON body, under one member of the outermost object, for queues that have no headers. A body that is
 * no JSON object carries nothing and stays as it is.
 *
 * @param member of the body. Default: `_otel`
 */
export function jsonField(member = '_otel'): Carrier<string> {
  const fieldsOf = (body: string) => fieldOf(objectIn(body), member);
  return {
    get: (body, name) => textOf(fieldOf(fieldsOf(body), name)),
    keys: (body) => namesOf(fieldsOf(body)),
    set(body, added) {
      const object = objectIn(body);
      if (object === undefined) return body;
      return JSON.stringify({ ...object, [member]: { ...(fieldsOf(body) as object | undefined), ...added } });
    },
  };
}

/** A body of more is none that we parse for its fields: in characters. */
const MAX_BODY_LENGTH = 1024 * 1024;

/** The object that a JSON text is; `undefined` for everything else. */
export function objectIn(body: unknown): object | undefined {
  if (typeof body !== 'string' || body.length > MAX_BODY_LENGTH || !body.trimStart().startsWith('{')) return undefined;
  try {
    return JSON.parse(body) as object;
  } catch {
    return undefined;
  }
}
