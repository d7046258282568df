import { SpanKind } from '@opentelemetry/api';

import type { EndedSpan } from '@clew/sampling/internal';

/** Facts of a span whose resource is encoded elsewhere. */
export type EncodedSpanFacts = Omit<EndedSpan, 'resource'>;

/** Fields of an OTLP `Span`, of either encoding. */
export interface SpanFields {
  /** In hexadecimal digits, as the ids of spans. */
  readonly traceId: string;
  readonly spanId: string;
  /** Empty for the first span of a trace. */
  readonly parentSpanId: string;
  readonly traceState: string;
  readonly name: string;
  readonly kind: number;
  /** Nanoseconds since 1970; zero where it is unknown. */
  readonly startTime: bigint;
  readonly endTime: bigint;
  readonly statusCode: number;
  readonly statusMessage: string;
  readonly flags: number;
  /** Reads the attributes: functions that give their values. It is called when one is asked for. */
  readAttributes(): ReadonlyMap<string, () => unknown>;
}

const TRACE_FLAGS = 0xff;
const IS_REMOTE = 0x200;
const NANOS_PER_SECOND = 1_000_000_000n;

/** Arrays and maps inside each other that are read; what is deeper becomes `null`. More than our encoder writes. */
export const MAX_DEPTH = 32;

/** The facts in the fields of a span. */
export function factsOf(fields: SpanFields): EncodedSpanFacts {
  const { traceId, spanId, parentSpanId, traceState, name, kind, flags, statusCode, statusMessage } = fields;
  let attributes: ReadonlyMap<string, () => unknown> | undefined;
  return {
    traceId,
    spanId,
    parentSpanId: parentSpanId || undefined,
    isParentRemote: (flags & IS_REMOTE) !== 0,
    traceFlags: flags & TRACE_FLAGS,
    traceState,
    name,
    kind: kind > 0 ? kind - 1 : SpanKind.INTERNAL, // OTLP counts from 1; zero is one that is not known
    status: { code: statusCode, ...(statusMessage && { message: statusMessage }) },
    durationMillis: durationOf(fields),
    attribute: (key) => (attributes ??= fields.readAttributes()).get(key)?.(),
  };
}

function durationOf({ startTime, endTime }: SpanFields): number {
  if (startTime === 0n || endTime < startTime) return 0;
  const nanos = endTime - startTime;
  // In the steps of `endedSpan`, for the same rounding.
  return Number(nanos / NANOS_PER_SECOND) * 1e3 + Number(nanos % NANOS_PER_SECOND) / 1e6;
}
