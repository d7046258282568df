import type { TraceSummary } from '../api/answers.ts';
import { serviceName } from '../resource.ts';
import { durationNanos, hasError, isLocalRoot, type SpanRecord } from '../span-record.ts';
import { firstTop } from '../trace.ts';
import { cutText } from './cut-text.ts';
import { errorNote } from './error-note.ts';
import { calledSystem } from './peer-systems.ts';
import { spanLabel } from './span-label.ts';

/** Part of a summary that comes from the spans of a trace: it grows with them, and each span is looked at once. */
export interface SummaryDraft {
  spans: number;
  start: bigint;
  end: bigint;
  /** With the start of their first span. */
  readonly services: Map<string, bigint>;
  readonly systems: Map<string, bigint>;
  /** Local roots whose parents have not arrived. */
  tops: Pick<SpanRecord, 'spanId' | 'parentSpanId' | 'startTimeUnixNano'>[];
  readonly failed: Pick<SpanRecord, 'spanId' | 'parentSpanId' | 'endTimeUnixNano'>[];
}

/** Part of a summary that comes from elsewhere. */
export interface SummaryFacts extends Pick<TraceSummary, 'traceId' | 'complete' | 'logs' | 'change'> {
  /** A span of the trace. */
  readonly spanOf: (spanId: string) => SpanRecord | undefined;
}

const MAX_TEXT = 500; // characters
const MAX_NAMES = 100; // of services, and of systems

export function createSummaryDraft(): SummaryDraft {
  return { spans: 0, start: 0n, end: 0n, services: new Map(), systems: new Map(), tops: [], failed: [] };
}

/** Adds spans of a trace that the draft does not have yet. @param isKnown whether the trace has a span, these among them */
export function addNewSpans(
  draft: SummaryDraft,
  spans: readonly SpanRecord[],
  isKnown: (spanId: string) => boolean,
): void {
  for (const span of spans) addSpan(draft, span);
  draft.tops = draft.tops.filter(({ parentSpanId }) => parentSpanId === undefined || !isKnown(parentSpanId));
}

function addSpan(draft: SummaryDraft, span: SpanRecord): void {
  const { spanId, parentSpanId, startTimeUnixNano, endTimeUnixNano } = span;
  const parent = parentSpanId !== undefined && { parentSpanId };
  draft.spans += 1;
  if (startTimeUnixNano !== 0n) {
    if (draft.start === 0n || startTimeUnixNano < draft.start) draft.start = startTimeUnixNano;
    if (startTimeUnixNano > draft.end) draft.end = startTimeUnixNano;
    if (endTimeUnixNano > draft.end) draft.end = endTimeUnixNano;
  }
  noteFirst(draft.services, serviceName(span.resource), startTimeUnixNano);
  const system = calledSystem(span);
  if (system !== undefined) noteFirst(draft.systems, system, startTimeUnixNano);
  if (isLocalRoot(span)) draft.tops.push({ spanId, ...parent, startTimeUnixNano });
  if (hasError(span)) draft.failed.push({ spanId, ...parent, endTimeUnixNano });
}

/** The summary of a trace whose spans are all in the draft. */
export function summaryOf(draft: SummaryDraft, { spanOf, ...facts }: SummaryFacts): TraceSummary {
  const top = firstTop(draft.tops);
  const root = top && spanOf(top.spanId);
  const services = inOrder(draft.services);
  const failed = firstFailed(draft.failed);
  const origin = failed && spanOf(failed.spanId);
  const error = origin && errorNote(origin);
  const httpStatus = root && httpStatusOf(root);
  return {
    traceId: facts.traceId,
    name: root === undefined ? '' : cutText(spanLabel(root), MAX_TEXT),
    service: root === undefined ? (services[0] ?? '') : serviceName(root.resource),
    services,
    systems: inOrder(draft.systems),
    startUnixNano: String(draft.start),
    durationNanos: Number(root === undefined ? draft.end - draft.start : durationNanos(root)),
    spans: draft.spans,
    errors: draft.failed.length,
    ...(error !== undefined && { error: cutText(error, MAX_TEXT) }),
    logs: facts.logs,
    ...(httpStatus !== undefined && { httpStatus }),
    complete: facts.complete,
    change: facts.change,
  };
}

/** Status of the answer to an HTTP request, by the current or the older attribute. */
function httpStatusOf(span: SpanRecord): number | undefined {
  const { attributes } = span;
  const status = attributes['http.response.status_code'] ?? attributes['http.status_code'];
  return typeof status === 'number' ? status : undefined;
}

/** The first to end of the failed spans without a failed child: there an error began. */
function firstFailed(failed: SummaryDraft['failed']): SummaryDraft['failed'][number] | undefined {
  const withFailedChild = new Set(failed.map(({ parentSpanId }) => parentSpanId));
  let first: SummaryDraft['failed'][number] | undefined;
  for (const span of failed) {
    if (withFailedChild.has(span.spanId)) continue;
    if (first === undefined || span.endTimeUnixNano < first.endTimeUnixNano) first = span;
  }
  return first ?? failed[0]; // in a loop everyone has a failed child
}

function noteFirst(firsts: Map<string, bigint>, name: string, start: bigint): void {
  const known = firsts.get(name);
  if (known !== undefined && start >= known) return;
  firsts.delete(name); // of names with one start, that of the span that came first stands first
  firsts.set(name, start);
}

function inOrder(firsts: ReadonlyMap<string, bigint>): string[] {
  const sorted = [...firsts].sort(([, a], [, b]) => (a < b ? -1 : Number(a > b)));
  return sorted.slice(0, MAX_NAMES).map(([name]) => cutText(name, MAX_TEXT));
}
