import type { Carrier } from '../carriers/carrier.ts';
import { copyWith } from '../carriers/copy-with.ts';
import { natsHeaders, type NatsHeaders } from '../carriers/nats-headers.ts';
import type { Destination } from '../destination.ts';
import { producing } from '../producing.ts';
import type { NatsClient } from './nats-destination.ts';
import type { NatsOptions } from './nats-options.ts';

/** A message on its way out, as the client's methods take it. */
interface SentMessage {
  readonly client: NatsClient;
  readonly payload: unknown;
  readonly headers: NatsHeaders | undefined;
}

/** A call that sends a message. */
export interface NatsSend {
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
  { options, destination, operation, message }: NatsSend,
  send: (headers: NatsHeaders | undefined) => Result,
): Result {
  const plan = { destination, carrier: carrierFor(options), operation };
  return producing(plan, message, (sent) => send(headersToSend(message, sent)));
}

function headersToSend(message: SentMessage, sent: SentMessage): NatsHeaders | undefined {
  return sent === message ? undefined : sent.headers;
}

/** Tells options that headers can be added to, or none, from those that the client is to refuse itself. */
export function takesHeaders(options: unknown): options is object | undefined {
  return options === undefined || (typeof options === 'object' && options !== null);
}

/** The headers of a call's options. */
export function headersIn(options: unknown): NatsHeaders | undefined {
  return (options as { headers?: NatsHeaders } | undefined)?.headers;
}

/** A copy of a call's options, with these headers. */
export function withHeaders(options: unknown, headers: NatsHeaders): object {
  return copyWith((options as object | undefined) ?? {}, 'headers', headers);
}

// A cache: a second copy of this module fills one of its own.
const carriers = new WeakMap<NatsOptions, Carrier<SentMessage>>();

function carrierFor(options: NatsOptions): Carrier<SentMessage> {
  const known = carriers.get(options);
  if (known !== undefined) return known;
  const made = sentCarrier(options);
  carriers.set(options, made);
  return made;
}

/** Headers count as a part of the payload, for which servers have a limit. */
function sentCarrier(options: NatsOptions): Carrier<SentMessage> {
  const ofHeaders = natsHeaders(() => options.headers());
  return {
    get: ({ headers }, name) => ofHeaders.get(headers, name),
    keys: ({ headers }) => ofHeaders.keys(headers),
    isBare: ({ headers }) => headers === undefined,
    set: (message, fields) => ({ ...message, headers: ofHeaders.set(message.headers, fields) }),
    room({ client, payload, headers }) {
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
