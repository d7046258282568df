import { type Attributes, createAttributes } from './attribute-value.ts';
import { emptyResource, type Resource, type Scope } from './resource.ts';

/**
 * One ended span as OTLP has it: ids in lowercase hex, times in nanoseconds since 1970. It may be an object with getters, and
 * another object each time a store is asked for it: compare spans by their ids, and copy one with `plainSpan`.
 *
 * @see https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/trace/v1/trace.proto
 */
export interface SpanRecord {
  /** 32 hex digits; empty when the sender gave none. */
  readonly traceId: string;
  /** 16 hex digits; empty when the sender gave none. */
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly traceState?: string;
  /** Bits 0 to 7 are the W3C trace flags, bit 8 says that bit 9 is known, bit 9 that the parent is remote. */
  readonly flags?: number;
  readonly name: string;
  /** The number OTLP has for it, see `SPAN_KIND`: one more than the API's. */
  readonly kind: number;
  readonly startTimeUnixNano: bigint;
  readonly endTimeUnixNano: bigint;
  readonly attributes: Attributes;
  readonly droppedAttributesCount: number;
  readonly events: readonly SpanEvent[];
  readonly droppedEventsCount: number;
  readonly links: readonly SpanLink[];
  readonly droppedLinksCount: number;
  readonly status: SpanStatus;
  readonly resource: Resource;
  readonly scope: Scope;
  /** An exception was recorded, where that is known without a look at the events: see `hasException`. */
  readonly hasException?: boolean;
}

export interface SpanEvent {
  readonly timeUnixNano: bigint;
  readonly name: string;
  readonly attributes: Attributes;
  readonly droppedAttributesCount: number;
}

export interface SpanLink {
  readonly traceId: string;
  readonly spanId: string;
  readonly traceState?: string;
  readonly flags?: number;
  readonly attributes: Attributes;
  readonly droppedAttributesCount: number;
}

export interface SpanStatus {
  /** See `STATUS_CODE`. */
  readonly code: number;
  readonly message?: string;
}

export const SPAN_KIND = { unspecified: 0, internal: 1, server: 2, client: 3, producer: 4, consumer: 5 } as const;
export const STATUS_CODE = { unset: 0, ok: 1, error: 2 } as const;

const HAS_IS_REMOTE = 0x100;
const IS_REMOTE = 0x200;

/** A span with nothing in it: what a decoder starts from. */
export function emptySpan(): SpanRecord {
  return {
    traceId: '',
    spanId: '',
    name: '',
    kind: SPAN_KIND.unspecified,
    startTimeUnixNano: 0n,
    endTimeUnixNano: 0n,
    attributes: createAttributes(),
    droppedAttributesCount: 0,
    events: [],
    droppedEventsCount: 0,
    links: [],
    droppedLinksCount: 0,
    status: { code: STATUS_CODE.unset },
    resource: emptyResource(),
    scope: { name: '', version: '' },
  };
}

export function hasError(span: SpanRecord): boolean {
  return span.status.code === STATUS_CODE.error;
}

/** @see https://opentelemetry.io/docs/specs/semconv/exceptions/exceptions-spans/ */
export function isException({ name }: Pick<SpanEvent, 'name'>): boolean {
  return name === 'exception';
}

/** Tells if an exception was recorded on the span. Cheaper than a look at its events. */
export function hasException(span: SpanRecord): boolean {
  return span.hasException ?? span.events.some(isException);
}

/**
 * Copy of a span as a plain object. Those of a store may decode attributes, events and links each time they are asked
 * for them, and a spread (`{ ...span }`) leaves these out.
 */
export function plainSpan(span: SpanRecord): SpanRecord {
  const { parentSpanId, traceState, flags } = span;
  return {
    traceId: span.traceId,
    spanId: span.spanId,
    ...(parentSpanId !== undefined && { parentSpanId }),
    ...(traceState !== undefined && { traceState }),
    ...(flags !== undefined && { flags }),
    name: span.name,
    kind: span.kind,
    startTimeUnixNano: span.startTimeUnixNano,
    endTimeUnixNano: span.endTimeUnixNano,
    attributes: span.attributes,
    droppedAttributesCount: span.droppedAttributesCount,
    events: span.events,
    droppedEventsCount: span.droppedEventsCount,
    links: span.links,
    droppedLinksCount: span.droppedLinksCount,
    status: span.status,
    resource: span.resource,
    scope: span.scope,
  };
}

/** How long the span took; 0 when its end lies before its start. */
export function durationNanos(span: SpanRecord): bigint {
  const duration = span.endTimeUnixNano - span.startTimeUnixNano;
  return duration > 0n ? duration : 0n;
}

/**
 * Whether the span is its service's first one in the trace: its parent is absent or remote. A sender that does not say
 * which parents are remote is taken to receive from elsewhere in its server and consumer spans.
 */
export function isLocalRoot(span: SpanRecord): boolean {
  if (span.parentSpanId === undefined) return true;
  const flags = span.flags ?? 0;
  if (flags & HAS_IS_REMOTE) return (flags & IS_REMOTE) !== 0;
  return span.kind === SPAN_KIND.server || span.kind === SPAN_KIND.consumer;
}
