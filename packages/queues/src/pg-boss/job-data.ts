import { fieldOf, namesOf, textOf, type Carrier, type TraceFields } from '../carriers/carrier.ts';

/** The member of a job's data that carries the context, beside the application's own. */
const MEMBER = '_otel';
/** Notes there that the member is ours and to be taken out again, and whether there was data beside it. */
const PACKED = 'clew-packed';
/** Notes there when a job was sent that was not to wait: milliseconds since the epoch. */
export const SENT_AT = 'clew-sent-at';

/** The data of a job as an object of the application: plain ones can carry a context, and jobs without any. */
export const jobData: Carrier<unknown> = {
  get: (data, name) => textOf(fieldOf(fieldOf(data, MEMBER), name)),
  keys: (data) => namesOf(fieldOf(data, MEMBER)),
  set(data, fields) {
    if (data === undefined || data === null) return { [MEMBER]: { ...fields, [PACKED]: 'nothing' } };
    return isPlain(data) && !Object.hasOwn(data, MEMBER)
      ? { ...data, [MEMBER]: { ...fields, [PACKED]: 'data' } }
      : data;
  },
};

/** Adds when the job was sent to data that was made to carry a context. */
export function stamped(data: unknown, original: unknown): unknown {
  if (data === original) return data;
  const { [MEMBER]: fields } = data as { [MEMBER]: TraceFields };
  return { ...(data as object), [MEMBER]: { ...fields, [SENT_AT]: String(Date.now()) } };
}

/** The data of a job as it was sent, and the fields that came with it. A member of the application's own stays. */
export function unpackData(data: unknown): { readonly data: unknown; readonly fields: unknown } {
  const fields = fieldOf(data, MEMBER);
  const packed = fieldOf(fields, PACKED);
  if (packed === undefined) return { data, fields };
  const { [MEMBER]: _, ...own } = data as Record<string, unknown>;
  return { data: packed === 'nothing' ? null : own, fields };
}

function isPlain(data: unknown): data is Record<string, unknown> {
  if (typeof data !== 'object' || data === null || 'toJSON' in data) return false;
  const prototype: unknown = Object.getPrototypeOf(data);
  return prototype === Object.prototype || prototype === null;
}
