import { createContextKey, propagation, trace, type Context, type SpanContext } from '@opentelemetry/api';
import { withIncoming } from '@clew/spans';
import { foreignSpanContextOf } from '@clew/spans/internal';

import type { Carrier } from './carriers/carrier.ts';
import type { Destination } from './destination.ts';

/** The context that came with a message. */
export interface ReceivedContext {
  /** With the sender's span, if it is trusted, and the baggage. */
  readonly context: Context;
  /** `invalid` where there are trace fields that nobody can read, `untrusted` where the `trust` option says no. */
  readonly state: 'ok' | 'absent' | 'invalid' | 'untrusted';
  /** The span that sent the message, trusted or not. */
  readonly sender: SpanContext | undefined;
}

// The API makes one key of one name, so copies of this module read what another copy wrote.
const RECEIVED = createContextKey('clew.received-span-context');

/**
 * Extracts the context of a message. Never throws.
 *
 * @param base what the context is made from: it has neither a span nor baggage of its own
 */
export function receiveContext<Message>(
  message: Message,
  carrier: Carrier<Message>,
  { system, name }: Destination,
  base: Context,
): ReceivedContext {
  const header = (field: string) => carrier.get(message, field);
  const incoming = { kind: 'message', system, destination: name, header } as const;
  const context = propagation.extract(withIncoming(base, incoming), message, carrier);
  const trusted = trace.getSpanContext(context);
  if (trusted !== undefined) return { context, state: 'ok', sender: trusted };
  const foreign = foreignSpanContextOf(context);
  if (foreign !== undefined) return { context, state: 'untrusted', sender: foreign };
  if (carrier.isBare?.(message) === true) return { context, state: 'absent', sender: undefined };
  const hasFields = propagation.fields().some((field) => field !== 'baggage' && header(field) !== undefined);
  return { context, state: hasFields ? 'invalid' : 'absent', sender: undefined };
}

/** Notes which message is handled: what is sent on with a copy of its fields is given our own instead. */
export function withReceived(context: Context, sender: SpanContext | undefined): Context {
  return sender === undefined ? context : context.setValue(RECEIVED, sender);
}

/** The span that sent the message that is handled in this context. */
export function receivedIn(context: Context): SpanContext | undefined {
  return context.getValue(RECEIVED) as SpanContext | undefined;
}
