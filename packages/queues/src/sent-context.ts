import { propagation, ROOT_CONTEXT, trace, type Context, type SpanContext } from '@opentelemetry/api';
import { reportFailure, reportOnce } from '@clew/diagnostics';
import { withTarget } from '@clew/spans';
import { foreignSpanContextOf } from '@clew/spans/internal';

import type { Carrier, Room, TraceFields } from './carriers/carrier.ts';
import type { Destination } from './destination.ts';
import { receivedIn } from './received-context.ts';

/**
 * Finds the context that an application has put on a message itself: it stays. One that came with the message which is
 * handled now was only copied along, and is none.
 */
export function ownContextOf<Message>(
  message: Message,
  carrier: Carrier<Message>,
  active: Context,
): SpanContext | undefined {
  if (carrier.isBare?.(message) === true) return undefined;
  if (!propagation.fields().some((field) => field !== 'baggage' && carrier.get(message, field) !== undefined)) {
    return undefined;
  }
  const context = propagation.extract(ROOT_CONTEXT, message, carrier);
  const own = trace.getSpanContext(context) ?? foreignSpanContextOf(context);
  const received = receivedIn(active);
  const isForwarded = own?.spanId === received?.spanId && own?.traceId === received?.traceId;
  return isForwarded ? undefined : own;
}

/**
 * A copy of the message with the fields of this context, as far as they fit and `propagate.messages` lets them out; the
 * message itself where nothing is to be added. Never throws: the span of the message is open by then.
 */
export function withContext<Message>(
  message: Message,
  carrier: Carrier<Message>,
  { system, name }: Destination,
  context: Context,
): Message {
  try {
    const fields: Record<string, string> = {};
    propagation.inject(withTarget(context, { kind: 'message', system, destination: name }), fields);
    const fitting = fit(fields, carrier.room?.(message), system);
    for (const _name in fitting) return carrier.set(message, fitting);
    return message;
  } catch (error) {
    reportFailure('adding the context to a message', error);
    return message;
  }
}

/** Fields that are given up first, in this order, where a message has not room enough for all. */
const DISPENSABLE = ['baggage', 'tracestate'];

function fit(fields: Record<string, string>, room: Room | undefined, system: string): TraceFields {
  if (room === undefined) return fields;
  const names = Object.keys(fields);
  if (fits(names, fields, room)) return fields;
  const order = [
    ...DISPENSABLE.filter((name) => name in fields),
    ...names.filter((name) => !DISPENSABLE.includes(name)),
  ];
  const dropped: string[] = [];
  while (order.length > 0 && !fits(order, fields, room)) dropped.push(order.shift() ?? '');
  reportOnce(
    `a message of ${system} without room`,
    `a message of ${system} has no room for ${dropped.join(' and ')}: its consumer gets no ${whatIsMissing(dropped)}`,
  );
  return Object.fromEntries(order.map((name) => [name, fields[name] ?? '']));
}

function fits(names: readonly string[], fields: TraceFields, room: Room): boolean {
  if (names.length > room.fields) return false;
  const bytes = names.reduce((sum, name) => sum + name.length + Buffer.byteLength(fields[name] ?? ''), 0);
  return bytes <= room.bytes;
}

function whatIsMissing(dropped: readonly string[]): string {
  return dropped.every((name) => DISPENSABLE.includes(name)) ? dropped.join(' and no ') : 'trace context';
}
