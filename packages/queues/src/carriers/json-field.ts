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
      const value = JSON.stringify({ ...(fieldOf(object, member) as object | undefined), ...added });
      if (!Object.hasOwn(object, member)) return withMember(body, `${JSON.stringify(member)}:${value}`, object);
      // It is written anew. That must change nothing else, such as a number that JavaScript cannot hold.
      if (JSON.stringify(object) !== body) return body;
      return JSON.stringify({ ...object, [member]: JSON.parse(value) as object });
    },
  };
}

/** The same text with one more member at its end: all that stands there stays as it is written. */
function withMember(body: string, written: string, object: object): string {
  const end = body.lastIndexOf('}');
  const comma = Object.keys(object).length === 0 ? '' : ',';
  return body.slice(0, end) + comma + written + body.slice(end);
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
