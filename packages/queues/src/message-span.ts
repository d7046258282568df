import { performance } from 'node:perf_hooks'; // an application may replace the global one

import type { Attributes, Context, Link, Span, SpanKind } from '@opentelemetry/api';
import {
  endSpan,
  failSpan,
  findTracer,
  openSpanIn,
  readError,
  type OpenSpan,
  type SpanDescription,
} from '@clew/spans/internal';

import { metricAttributes, type MessagingMetrics, messagingMetrics } from './messaging-metrics.ts';

/** A span of an operation on messages, and what is measured of it. */
export interface MessageSpanStart {
  readonly name: string;
  readonly kind: SpanKind;
  readonly parent: Context;
  /** Those of the destination. */
  readonly attributes: Attributes;
  /** Those of one message, asked for where somebody will read them. */
  ownAttributes?(): Attributes | undefined;
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
  const { name, kind, parent } = start;
  let known: Attributes | undefined;
  const attributes = () => (known ??= attributesOf(start));
  return openSpanIn({
    tracer,
    name,
    kind,
    parent,
    describe: () => descriptionOf(start, attributes()),
    onEnd: measuring(start, attributes),
  });
}

/** Tells a span whose end nobody waits for: it records nothing, and nothing is measured. */
export function endsUnnoticed({ span, onEnd }: { readonly span: Span; readonly onEnd?: OpenSpan['onEnd'] }): boolean {
  return onEnd === undefined && !span.isRecording();
}

/** Ends the span of an operation, as failed if an error is given. Does nothing where there is none, or it has ended. */
export function endMessageSpan(open: OpenSpan | undefined, thrown: [] | [error: unknown]): void {
  if (open === undefined) return;
  if (thrown.length === 0) endSpan(open);
  else failSpan(open, thrown[0]);
}

function attributesOf({ attributes, ownAttributes }: MessageSpanStart): Attributes {
  const own = ownAttributes?.();
  return own === undefined ? attributes : { ...attributes, ...own };
}

function descriptionOf({ links, startTime }: MessageSpanStart, attributes: Attributes): SpanDescription {
  const description: SpanDescription = { attributes, links: links as Link[] };
  if (startTime !== undefined) description.startTime = startTime;
  return description;
}

function measuring({ measure }: MessageSpanStart, attributes: () => Attributes): OpenSpan['onEnd'] {
  const metrics = measure && messagingMetrics();
  if (metrics === undefined) return undefined;
  const startedAt = performance.now();
  return (...thrown) => measure?.(metrics, (performance.now() - startedAt) / 1000, measured(attributes(), thrown));
}

function measured(attributes: Attributes, thrown: unknown[]): Attributes {
  return metricAttributes(attributes, thrown.length === 0 ? undefined : readError(thrown[0]).type);
}
