import { emptyLog, type LogRecord } from '../src/log-record.ts';
import { emptySpan, SPAN_KIND, type SpanRecord, STATUS_CODE } from '../src/span-record.ts';
import type { Trace } from '../src/trace.ts';

export interface SpanPlan {
  readonly id?: string;
  readonly parent?: string;
  /** Milliseconds after the trace began. */
  readonly at?: number;
  /** Milliseconds. */
  readonly took?: number;
  readonly service?: string;
  readonly kind?: keyof typeof SPAN_KIND;
  readonly attributes?: SpanRecord['attributes'];
  readonly flags?: number;
  /** Marks the span as failed; the text is the message of its status. */
  readonly failed?: string;
  /** Marks the span as failed with an exception. */
  readonly exception?: PlannedException;
  /** Exceptions that leave the status as it is. */
  readonly recorded?: readonly PlannedException[];
  /** Names of events, with their attributes. */
  readonly events?: Readonly<Record<string, SpanRecord['attributes']>>;
  /** Ids of traces that it is linked to. */
  readonly links?: readonly string[];
}

interface PlannedException {
  readonly type: string;
  readonly message: string;
  readonly stack?: string;
}

export const TRACE_ID = '94a4c0de16cd43dd8448eb211c80319c';
const EPOCH = 1_700_000_000_000_000_000n;

/** A span in a few words; its id is its name unless the plan has one. */
export function planSpan(name: string, plan: SpanPlan = {}): SpanRecord {
  const start = EPOCH + nanos(plan.at ?? 0);
  const failed = plan.failed !== undefined || plan.exception !== undefined;
  return {
    ...emptySpan(),
    traceId: TRACE_ID,
    spanId: plan.id ?? name,
    ...(plan.parent !== undefined && { parentSpanId: plan.parent }),
    ...(plan.flags !== undefined && { flags: plan.flags }),
    name,
    kind: SPAN_KIND[plan.kind ?? 'internal'],
    startTimeUnixNano: start,
    endTimeUnixNano: start + nanos(plan.took ?? 1),
    attributes: plan.attributes ?? {},
    status: { code: failed ? STATUS_CODE.error : STATUS_CODE.unset, message: plan.failed ?? '' },
    events: [
      ...(plan.recorded ?? []).map((exception) => exceptionEvent(start, exception)),
      ...(plan.exception === undefined ? [] : [exceptionEvent(start, plan.exception)]),
      ...Object.entries(plan.events ?? {}).map(([name, attributes]) => event(start, name, attributes)),
    ],
    links: (plan.links ?? []).map((traceId) => ({ traceId, spanId: 'x', attributes: {}, droppedAttributesCount: 0 })),
    resource: { attributes: { 'service.name': plan.service ?? 'orders-api' } },
  };
}

export function planTrace(spans: readonly SpanRecord[], logs: readonly Partial<LogRecord>[] = []): Trace {
  const records = logs.map((log) => ({ ...emptyLog(), traceId: TRACE_ID, ...log }));
  return { traceId: TRACE_ID, complete: true, spans, logs: records };
}

function exceptionEvent(timeUnixNano: bigint, { type, message, stack = '' }: PlannedException) {
  const attributes = { 'exception.type': type, 'exception.message': message, 'exception.stacktrace': stack };
  return event(timeUnixNano, 'exception', attributes);
}

function event(timeUnixNano: bigint, name: string, attributes: SpanRecord['attributes']) {
  return { timeUnixNano, name, attributes, droppedAttributesCount: 0 };
}

function nanos(millis: number): bigint {
  return BigInt(Math.round(millis * 1e6));
}
