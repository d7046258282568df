import { context, SpanKind, type Link } from '@opentelemetry/api';
import { guard } from '@clew/diagnostics';
import { runInOpenSpan, type OpenSpan } from '@clew/spans/internal';

import type { Carrier } from './carriers/carrier.ts';
import { describeOperation, type Destination } from './destination.ts';
import { isTracingSetUp, openMessageSpan } from './message-span.ts';
import { receiveContext } from './received-context.ts';
import { isTracingOff, withoutTracing } from './suppressed.ts';

/** A way to tell the broker what became of messages of one kind. */
export interface SettlePlan<Message> {
  readonly destination: Destination;
  readonly carrier: Carrier<Message>;
  /** In the client's words: `ack`, `nack`, `reject`, `commit`, `delete` … */
  readonly operation: string;
}

/**
 * Settles messages in a client span with a link to each span that sent one. Returns and throws what `settle` does.
 */
export function settling<Message, Result>(
  plan: SettlePlan<Message>,
  messages: readonly Message[],
  settle: () => Result,
): Result {
  if (!isTracingSetUp()) return settle();
  const open = guard('settling messages', undefined, () => openSettle(plan, messages));
  return open === undefined ? settle() : runInOpenSpan(open, settle);
}

function openSettle<Message>(plan: SettlePlan<Message>, messages: readonly Message[]): OpenSpan | undefined {
  const { carrier, destination, operation } = plan;
  const active = context.active();
  if (isTracingOff(active)) return undefined;
  const facts = describeOperation(destination, operation, 'settle');
  const open = openMessageSpan({
    name: facts.name,
    kind: SpanKind.CLIENT,
    parent: active,
    attributes: {
      ...facts.attributes,
      ...(messages.length > 1 && { 'messaging.batch.message_count': messages.length }),
    },
    links: messages.flatMap((message): Link[] => {
      const { state, sender } = receiveContext(message, carrier, destination, active);
      return state === 'ok' && sender !== undefined ? [{ context: sender }] : [];
    }),
    measure: ({ operationDuration }, seconds, attributes) => operationDuration.record(seconds, attributes),
  });
  return open && { ...open, context: withoutTracing(open.context) };
}
