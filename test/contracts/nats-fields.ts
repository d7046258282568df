import { headers, type MsgHdrs } from '@nats-io/transport-node';

/** Headers of a message with these fields. */
export function headersOf(fields: Readonly<Record<string, unknown>>): MsgHdrs {
  const own = headers();
  for (const [name, value] of Object.entries(fields)) {
    for (const each of Array.isArray(value) ? value : [value]) own.append(name, each as string);
  }
  return own;
}

/** The same; `undefined` where the client refuses to put them on the wire. */
export function guardedHeadersOf(fields: Readonly<Record<string, unknown>>): MsgHdrs | undefined {
  try {
    return headersOf(fields);
  } catch {
    return undefined;
  }
}

export function fieldsOf(own: MsgHdrs | undefined): Record<string, string> {
  return Object.fromEntries((own?.keys() ?? []).map((name) => [name, own?.get(name) ?? '']));
}
