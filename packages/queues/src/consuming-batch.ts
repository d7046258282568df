import { context, ROOT_CONTEXT, SpanKind, type Link } from '@opentelemetry/api';
import { guard } from '@clew/diagnostics';
import { runInOpenSpan, type OpenSpan } from '@clew/spans/internal';

import { openConsumption, runConsumption, type ConsumerPlan } from './consuming.ts';
import { describeOperation } from './destination.ts';
import { isTracingSetUp, openMessageSpan } from './message-span.ts';
import { receiveContext } from './received-context.ts';
import { withTracing } from './suppressed.ts';

/** Messages that are handled together. */
export interface Batch<Message> {
  readonly messages: readonly Message[];
  /** Handles one of them in a span of its own, with its baggage, below the span of the batch. */
  each<Result>(message: Message, handler: () => Result): Result;
}

/** As many as a span keeps by default. */
const MAX_LINKS = 128;

/**
 * Handles several messages in one consumer span, with a link to each span that sent one. Baggage is never merged: that
 * of a message is active in `each`. Returns and throws what the handler does.
 */
export function consumingBatch<Message, Result>(
  plan: ConsumerPlan<Message>,
  messages: readonly Message[],
  handler: (batch: Batch<Message>) => Result,
): Result {
  const open = isTracingSetUp() ? guard('receiving messages', undefined, () => openBatch(plan, messages)) : undefined;
  if (open === undefined) return handler({ messages, each: (_message, work) => work() });
  const each: Batch<Message>['each'] = (message, work) => {
    return runConsumption(openConsumption({ ...plan, isWithinWork: false }, message, open.span), work);
  };
  return runInOpenSpan(open, () => handler({ messages, each }));
}

function openBatch<Message>(plan: ConsumerPlan<Message>, messages: readonly Message[]): OpenSpan | undefined {
  const { carrier, destination, isWithinWork = false } = plan;
  const active = isWithinWork ? context.active() : ROOT_CONTEXT;
  const received = messages
    .slice(0, MAX_LINKS)
    .map((message) => receiveContext(message, carrier, destination, ROOT_CONTEXT));
  const trusted = received.flatMap(({ state, sender }): Link[] =>
    state === 'ok' && sender ? [{ context: sender }] : [],
  );
  const facts = describeOperation(destination, plan.operation ?? 'process', 'process');
  const open = openMessageSpan({
    name: plan.name ?? facts.name,
    kind: SpanKind.CONSUMER,
    parent: withTracing(active),
    attributes: { ...facts.attributes, 'messaging.batch.message_count': messages.length },
    links: trusted,
    measure({ processDuration, consumedMessages }, seconds, attributes) {
      processDuration.record(seconds, attributes);
      consumedMessages.add(messages.length, attributes);
    },
  });
  for (const { state, sender } of received) {
    if (state === 'untrusted' && sender !== undefined) open?.span.addLink({ context: sender });
  }
  return open;
}
