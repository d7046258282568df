import { textOf, type Carrier } from './carrier.ts';

/** Headers as the clients of NATS have them (`MsgHdrs`), whose names have a case. */
export interface NatsHeaders extends Iterable<[string, string[]]> {
  get(name: string): string;
  set(name: string, value: string): void;
  append(name: string, value: string): void;
  keys(): string[];
}

/**
 * Headers of a NATS message.
 *
 * @param create makes empty headers: `headers` of the client
 */
export function natsHeaders(create: () => NatsHeaders): Carrier<NatsHeaders | undefined> {
  return {
    get(headers, name) {
      const value = attempt(() => headers?.get(name));
      return value === '' ? undefined : textOf(value);
    },
    keys: (headers) => attempt(() => headers?.keys()) ?? [],
    isBare: (headers) => headers === undefined,
    set(headers, added) {
      const copy = create();
      for (const [name, values] of headers ?? []) {
        if (!Object.hasOwn(added, name)) for (const value of values) copy.append(name, value);
      }
      for (const [name, value] of Object.entries(added)) copy.set(name, value);
      return copy;
    },
  };
}

function attempt<Value>(read: () => Value): Value | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
