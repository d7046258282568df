import { context, SpanKind, trace, type Attributes, type Context, type Link } from '@opentelemetry/api';
import { guard } from '@clew/diagnostics';
import { endSpan, failSpan, type OpenSpan } from '@clew/spans/internal';

import type { Carrier } from './carriers/carrier.ts';
import { describeOperation, type Destination } from './destination.ts';
import { isTracingSetUp, openMessageSpan } from './message-span.ts';
import { receiveContext } from './received-context.ts';
import { isTracingOff } from './suppressed.ts';

/** A way to ask for messages of one kind. */
export interface ReceivePlan<Message> {
  readonly destination: Destination;
  readonly carrier: Carrier<Message>;
  /** In the client's words: `get`, `receive` … */
  readonly operation: string;
  /** Attributes of one message, such as `messaging.message.id`, where a single one came. */
  attributes?(message: Message): Attributes;
}

/** A question for messages that waits for its answer. */
export interface Reception<Message> {
  /** Tells what came. Nothing is no span: who asks again and again would make one a second. */
  end(messages: readonly Message[]): void;
  /** Tells that there was no answer. That is a span only within other work, for the same reason. */
  fail(error: unknown): void;
}

/**
 * Begins to ask for messages, in a client span that links to each span that sent one. `undefined` where there is nothing
 * to trace; never throws.
 */
export function openReception<Message>(plan: ReceivePlan<Message>): Reception<Message> | undefined {
  const active = context.active();
  if (!isTracingSetUp() || isTracingOff(active)) return undefined;
  const startTime = Date.now();
  return {
    end(messages) {
      if (messages.length === 0) return;
      const open = guard('receiving messages', undefined, () => openReceive(plan, messages, active, startTime));
      if (open !== undefined) endSpan(open);
    },
    fail(error) {
      if (trace.getSpan(active) === undefined) return;
      const open = guard('receiving no messages', undefined, () => openReceive(plan, [], active, startTime));
      if (open !== undefined) failSpan(open, error);
    },
  };
}

function openReceive<Message>(
  plan: ReceivePlan<Message>,
  messages: readonly Message[],
  active: Context,
  startTime: number,
): OpenSpan | undefined {
  const { carrier, destination, operation } = plan;
  const facts = describeOperation(destination, operation, 'receive');
  const [first] = messages;
  return openMessageSpan({
    name: facts.name,
    kind: SpanKind.CLIENT,
    parent: active,
    startTime,
    attributes: {
      ...facts.attributes,
      ...(messages.length > 1 && { 'messaging.batch.message_count': messages.length }),
      ...(messages.length === 1 && plan.attributes?.(first as Message)),
    },
    links: messages.flatMap((message): Link[] => {
      const { state, sender } = receiveContext(message, carrier, destination, active);
      return state === 'ok' && sender !== undefined ? [{ context: sender }] : [];
    }),
    measure({ operationDuration, consumedMessages }, _seconds, attributes) {
      operationDuration.record(Math.max(0, Date.now() - startTime) / 1000, attributes);
      consumedMessages.add(messages.length, attributes);
    },
  });
}
