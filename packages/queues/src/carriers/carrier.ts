/**
 * The place on a message of one system where trace fields travel. Pure: it never throws, whatever the message is, and
 * never changes what it is given.
 */
export interface Carrier<Message> {
  /** The value of a field as text, the first one where there are several; `undefined` where there is none. */
  get(message: Message, name: string): string | undefined;
  /** Names of all fields, as they are written. */
  keys(message: Message): string[];
  /** A copy of the message with these fields, which replace those of the same names. */
  set(message: Message, fields: TraceFields): Message;
  /** Tells of a message at a glance that it has no fields at all. It may not know, and then says no. */
  isBare?(message: Message): boolean;
  /** Room that is left; absent where nothing limits it. */
  room?(message: Message): Room;
}

/** Trace fields by name, such as `traceparent`. */
export type TraceFields = Readonly<Record<string, string>>;

/** How much a message can still carry. */
export interface Room {
  /** Number of fields. */
  readonly fields: number;
  /** Of names and values together, in bytes of UTF-8. */
  readonly bytes: number;
}

/** The limit on what a carrier reads as one field: longer ones are no trace fields. In characters. */
export const MAX_FIELD_LENGTH: number = 64 * 1024;

/** A property of an object that may be anything; `undefined` where reading it throws. */
export function fieldOf(fields: unknown, name: string): unknown {
  if (typeof fields !== 'object' || fields === null) return undefined;
  try {
    return Object.hasOwn(fields, name) ? Reflect.get(fields, name) : undefined;
  } catch {
    return undefined;
  }
}

/** Names of an object's fields; none where it is no object. */
export function namesOf(fields: unknown): string[] {
  if (typeof fields !== 'object' || fields === null) return [];
  try {
    return Object.keys(fields);
  } catch {
    return [];
  }
}

/** Text or bytes of UTF-8 as text, the first of several; `undefined` for everything else and what is too long. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value.length <= MAX_FIELD_LENGTH ? value : undefined;
  if (typeof value !== 'object' || value === null) return undefined;
  try {
    if (value instanceof Uint8Array) {
      return value.byteLength <= MAX_FIELD_LENGTH
        ? Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString()
        : undefined;
    }
    return Array.isArray(value) && !Array.isArray(value[0]) ? textOf(value[0]) : undefined;
  } catch {
    return undefined; // a Proxy
  }
}
