import { context, trace, type Attributes } from '@opentelemetry/api';
import { guard } from '@clew/diagnostics';

import type { Carrier, TraceFields } from './carriers/carrier.ts';
import { objectIn } from './carriers/json-field.ts';
import { textMap } from './carriers/text-map.ts';
import { consuming, type ConsumerPlan } from './consuming.ts';
import type { Delivery } from './delivery.ts';
import { destinationNamed, type Destination } from './destination.ts';
import type { Relation } from './relation.ts';
import { withContext } from './sent-context.ts';
import { isTracingOff } from './suppressed.ts';

/** The queue that a message goes to or comes from, in words of your own. */
export interface QueueOptions {
  /** `messaging.system`, such as `my_queue`. Default: `unknown`. */
  readonly system?: string;
  /** Name of the queue. */
  readonly destination?: string;
}

/** How `resume` handles a message. */
export interface ResumeOptions extends QueueOptions, Delivery {
  /** Name of the span. Default: `process` and the name of the queue. */
  readonly name?: string;
  /** Default: `auto`. */
  readonly relation?: Relation;
  readonly attributes?: Attributes;
}

/** When the message was packed: milliseconds since the epoch, as text. For queues that do not tell. */
const SENT_AT = 'clew-sent-at';

/**
 * The active context as a few short strings, to be put on a message of any queue, as JSON or as it is. Empty without an
 * SDK, and where the `propagate.messages` option lets nothing out. Never throws.
 *
 * @example
 * await queue.push({ data, trace: pack() });
 */
export function pack(options: QueueOptions = {}): Record<string, string> {
  return guard('packing the context', {}, () => {
    const active = context.active();
    if (trace.getSpanContext(active) === undefined || isTracingOff(active)) return {};
    const fields = withContext(NO_FIELDS, textMap, destinationOf(options), active);
    return fields === NO_FIELDS ? {} : { ...(fields as TraceFields), [SENT_AT]: String(Date.now()) };
  });
}

const NO_FIELDS = {};

/**
 * Handles a message in a consumer span, with the context that `pack` gave to it active in the handler. Returns and
 * throws what the handler does. Whatever stands on the message, the handler runs once and as it would without us.
 *
 * @param trace what `pack` returned, also after JSON; anything else counts as none
 * @example
 * await resume(job.trace, () => handle(job), { name: 'process mail' });
 */
export function resume<Result>(trace: unknown, handler: () => Result, options: ResumeOptions = {}): Result {
  const plan = guard('the options of resume()', undefined, () => planOf(options));
  return plan === undefined ? handler() : consuming(plan, fieldsIn(trace), handler);
}

function planOf(options: ResumeOptions): ConsumerPlan<unknown> {
  const { name, relation, attributes } = options;
  return {
    destination: destinationOf(options),
    carrier: packed,
    name,
    relation,
    isWithinWork: true,
    ...(attributes !== undefined && { attributes: () => attributes }),
    delivery: (fields: unknown): Delivery => ({ enqueuedAt: sentAt(fields), ...deliveryOf(options) }),
  };
}

const packed = textMap as Carrier<unknown>;

function fieldsIn(trace: unknown): unknown {
  if (typeof trace !== 'string') return trace;
  return trace.startsWith('{') ? objectIn(trace) : { traceparent: trace };
}

function sentAt(fields: unknown): number | undefined {
  const text = packed.get(fields, SENT_AT);
  return text === undefined || text.length > 16 ? undefined : Number(text);
}

function deliveryOf({
  enqueuedAt,
  delayMillis,
  dueAt,
  attempt,
  isRedelivered,
  deadLetterReason,
  isRepeating,
}: Delivery): Delivery {
  return {
    ...(enqueuedAt !== undefined && { enqueuedAt }),
    delayMillis,
    dueAt,
    attempt,
    isRedelivered,
    deadLetterReason,
    isRepeating,
  };
}

function destinationOf({ system = 'unknown', destination = '' }: QueueOptions): Destination {
  return destinationNamed(system, destination);
}
