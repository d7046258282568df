import { trace, type Context, type Link, type Span } from '@opentelemetry/api';

import type { Delivery } from './delivery.ts';
import type { ReceivedContext } from './received-context.ts';

/**
 * How a consumer's span relates to its message's: its child, or the root of a trace of its own with a link. In either
 * case there is a link. `auto` makes it a child where a reader expects one trace: a single message that nobody else's
 * span surrounds, fresh, and neither repeated by a scheduler nor come by a dead-letter queue.
 */
export type Relation = 'auto' | 'parent' | 'link';

/** Beyond this age in `auto`, a trace that is over would go on: an hour, in milliseconds. */
export const MAX_PARENT_AGE_MILLIS = 3_600_000;

/** Facts that decide on a relation. */
export interface RelationFacts {
  readonly relation: Relation;
  readonly maxParentAgeMillis: number;
  readonly delivery: Delivery;
  /** The span in whose scope the message is handled, if it is still open. */
  readonly ambient: Span | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Where a consumer's span starts. */
export interface SpanPlace {
  readonly parent: Context;
  readonly links: readonly Link[];
}

/** Places a consumer's span. A message that brings nothing belongs to the work around it. */
export function placeSpan(received: ReceivedContext, facts: RelationFacts): SpanPlace {
  const { context, state } = received;
  const { ambient } = facts;
  if (state === 'absent' && ambient !== undefined) return { parent: trace.setSpan(context, ambient), links: [] };
  const sender = trace.getSpanContext(context);
  const links: Link[] = sender === undefined ? [] : [{ context: sender }];
  if (ambient !== undefined) links.push({ context: ambient.spanContext() });
  const parent = sender === undefined || isParent(facts) ? context : trace.deleteSpan(context);
  return { parent, links };
}

function isParent({ relation, maxParentAgeMillis, delivery, ambient, now }: RelationFacts): boolean {
  if (relation !== 'auto') return relation === 'parent';
  if (ambient !== undefined || delivery.isRepeating === true || delivery.deadLetterReason !== undefined) return false;
  const age = delivery.enqueuedAt === undefined ? 0 : now - delivery.enqueuedAt;
  return Math.max(age, delivery.delayMillis ?? 0) <= maxParentAgeMillis;
}
