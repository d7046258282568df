import { SpanKind, type Context } from '@opentelemetry/api';
import type { OpenSpan } from '@clew/spans/internal';
import type { Attributes, Span } from 'bullmq';

import { describeOperation, destinationNamed } from '../destination.ts';
import { endMessageSpan, openMessageSpan } from '../message-span.ts';
import { isTracingOff, withoutTracing } from '../suppressed.ts';
import { JOB_NAME } from './job-plan.ts';
import { withSending } from './metadata-context.ts';

/** BullMQ's operations that add jobs, by the names of its methods. Those of the nodes of a flow belong to the flow's. */
const OPERATIONS: Readonly<Record<string, string>> = {
  add: 'add',
  addBulk: 'addBulk',
  addFlow: 'add',
  addBulkFlows: 'addBulk',
};

/** The span of jobs that are added. BullMQ names queue and operation first, then asks for the context to add them in. */
export function sendingSpan(): Span<Context> {
  const facts: Attributes = {};
  let open: OpenSpan | undefined;
  let thrown: [] | [error: unknown] = [];
  return {
    setSpanOnContext(given) {
      const operation = OPERATIONS[String(facts['bullmq.queue.operation'])];
      if (operation === undefined || isTracingOff(given)) return withoutTracing(given);
      const destination = destinationNamed('bullmq', queueIn(facts) ?? '');
      open = openMessageSpan({
        ...describeOperation(destination, operation, 'send'),
        kind: SpanKind.PRODUCER,
        parent: given,
        links: [],
        measure({ operationDuration, sentMessages }, seconds, attributes) {
          operationDuration.record(seconds, attributes);
          sentMessages.add(countIn(facts) ?? 1, attributes);
        },
      });
      return open === undefined ? given : withoutTracing(withSending(open.context, destination));
    },
    setAttribute: (name, value) => note(facts, open, { [name]: value }),
    setAttributes: (attributes) => note(facts, open, attributes),
    addEvent() {},
    recordException(error) {
      thrown = [error];
    },
    end: () => endMessageSpan(open, thrown),
  };
}

/** The queue that BullMQ names. */
export function queueIn(attributes: Attributes): string | undefined {
  const name = attributes['bullmq.queue.name'];
  return typeof name === 'string' ? name : undefined;
}

function countIn(attributes: Attributes): number | undefined {
  const count = attributes['bullmq.job.bulk.count'];
  return typeof count === 'number' ? count : undefined;
}

function note(facts: Attributes, open: OpenSpan | undefined, attributes: Attributes): void {
  Object.assign(facts, attributes);
  if (open === undefined) return;
  const { 'bullmq.job.id': id, [JOB_NAME]: name } = attributes;
  if (typeof id === 'string') open.span.setAttribute('messaging.message.id', id);
  if (typeof name === 'string') open.span.setAttribute(JOB_NAME, name);
  const count = countIn(attributes);
  if (count !== undefined) open.span.setAttribute('messaging.batch.message_count', count);
}
