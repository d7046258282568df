import type { Attributes, Context, Link, SpanKind } from '@opentelemetry/api';
import { endSpan, failSpan, findTracer, openSpanIn, readError, type OpenSpan } from '@clew/spans/internal';

import { metricAttributes, type MessagingMetrics, messagingMetrics } from './messaging-metrics.ts';

/** A span of an operation on messages, and what is measured of it. */
export interface MessageSpanStart {
  readonly name: string;
  readonly kind: SpanKind;
  readonly parent: Context;
  readonly attributes: Attributes;
  readonly links: readonly Link[];
  /** Milliseconds since the epoch. Default: now. */
  readonly startTime?: number;
  /** Takes the measurements when the operation has ended. */
  measure?(metrics: MessagingMetrics, seconds: number, attributes: Attributes): void;
}

const SCOPE = '@clew/queues';

/** Tells whether an SDK is registered: without one, nothing is done with messages at all. */
export function isTracingSetUp(): boolean {
  return findTracer(SCOPE) !== undefined;
}

/** Starts the span of an operation. `undefined` if there is nothing to trace. Never throws. */
export function openMessageSpan(start: MessageSpanStart): OpenSpan | undefined {
  const tracer = findTracer(SCOPE);
  if (tracer === undefined) return undefined;
  const { name, kind, parent, attributes, links, startTime, measure } = start;
  const metrics = measure && messagingMetrics();
  const startedAt = metrics === undefined ? 0 : performance.now();
  return openSpanIn({
    tracer,
    name,
    parent,
    options: { kind, attributes, links: links as Link[], ...(startTime !== undefined && { startTime }) },
    onEnd:
      metrics &&
      ((...thrown) => measure?.(metrics, (performance.now() - startedAt) / 1000, measured(attributes, thrown))),
  });
}

/** Ends the span of an operation, as failed if an error is given. Does nothing where there is none, or it has ended. */
export function endMessageSpan(open: OpenSpan | undefined, thrown: [] | [error: unknown]): void {
  if (open === undefined) return;
  if (thrown.length === 0) endSpan(open);
  else failSpan(open, thrown[0]);
}

function measured(attributes: Attributes, thrown: unknown[]): Attributes {
  return metricAttributes(attributes, thrown.length === 0 ? undefined : readError(thrown[0]).type);
}
