import type { Carrier } from '../carriers/carrier.ts';
import { natsHeaders, type NatsHeaders } from '../carriers/nats-headers.ts';
import type { Destination } from '../destination.ts';
import { producing } from '../producing.ts';
import type { NatsClient } from './nats-destination.ts';
import type { NatsOptions } from './nats-options.ts';

/** A message on its way out, as the client's methods take it. */
interface SentMessage {
  readonly payload: unknown;
  readonly headers: NatsHeaders | undefined;
}

/** A call that sends a message. */
export interface NatsSend {
  readonly client: NatsClient;
  readonly options: NatsOptions;
  readonly destination: Destination;
  /** Name of the method. */
  readonly operation: string;
  readonly message: SentMessage;
}

/**
 * Sends a message in a producer span.
 *
 * @param send is given the headers to send; `undefined` where the call is to be made as it was
 */
export function sendMessage<Result>(
  { client, options, destination, operation, message }: NatsSend,
  send: (headers: NatsHeaders | undefined) => Result,
): Result {
  const carrier = sentCarrier(client, options);
  return producing({ destination, carrier, operation }, message, (sent) =>
    send(sent === message ? undefined : sent.headers),
  );
}

/** The headers of a call's options. */
export function headersIn(options: unknown): NatsHeaders | undefined {
  return (options as { headers?: NatsHeaders } | undefined)?.headers;
}

/** Headers count as a part of the payload, for which servers have a limit. */
function sentCarrier(client: NatsClient, options: NatsOptions): Carrier<SentMessage> {
  const ofHeaders = natsHeaders(() => options.headers());
  return {
    get: ({ headers }, name) => ofHeaders.get(headers, name),
    keys: ({ headers }) => ofHeaders.keys(headers),
    set: (message, fields) => ({ ...message, headers: ofHeaders.set(message.headers, fields) }),
    room({ payload, headers }) {
      const { max_payload: limit = Number.POSITIVE_INFINITY, headers: takesHeaders = true } = client.info ?? {};
      const bytes = limit - sizeOf(payload) - sizeOfHeaders(headers) - MARGIN;
      return { fields: takesHeaders ? Number.POSITIVE_INFINITY : 0, bytes };
    },
  };
}

const MARGIN = 64; // the first line, and what stands around our fields

function sizeOf(payload: unknown): number {
  if (typeof payload === 'string') return Buffer.byteLength(payload);
  return payload instanceof Uint8Array ? payload.byteLength : 0;
}

function sizeOfHeaders(headers: NatsHeaders | undefined): number {
  let bytes = 0;
  for (const [name, values] of headers ?? []) {
    for (const value of values) bytes += name.length + Buffer.byteLength(value) + 4;
  }
  return bytes;
}
