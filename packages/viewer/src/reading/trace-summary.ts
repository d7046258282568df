import type { TraceSummary } from '../api/answers.ts';
import { serviceName } from '../resource.ts';
import { durationNanos, hasError, isLocalRoot, type SpanRecord } from '../span-record.ts';
import { firstLocalRootAmong } from '../trace.ts';
import { cutText } from './cut-text.ts';
import { errorNote } from './error-note.ts';
import { calledSystem } from './peer-systems.ts';
import { spanLabel } from './span-label.ts';

/** What a summary takes from the spans of a trace: it grows with them, and each span is looked at once. */
export interface SummaryDraft {
  spans: number;
  start: bigint;
  end: bigint;
  /** With the start of their first span. */
  readonly services: Map<string, bigint>;
  readonly systems: Map<string, bigint>;
  readonly localRoots: SpanRecord[];
  readonly failed: SpanRecord[];
}

/** What a summary takes from elsewhere. */
export interface SummaryFacts extends Pick<TraceSummary, 'traceId' | 'complete' | 'logs' | 'change'> {
  /** Whether the trace has the span. */
  readonly isKnown: (spanId: string) => boolean;
}

const MAX_TEXT = 500; // characters
const MAX_NAMES = 100; // of services, and of systems

export function createSummaryDraft(): SummaryDraft {
  return { spans: 0, start: 0n, end: 0n, services: new Map(), systems: new Map(), localRoots: [], failed: [] };
}

/** Adds the spans of a trace that the draft does not have: it has as many as it counts, in the order of arrival. */
export function addNewSpans(draft: SummaryDraft, spans: readonly SpanRecord[]): void {
  for (; draft.spans < spans.length; draft.spans++) {
    const span = spans[draft.spans];
    if (span !== undefined) addSpan(draft, span);
  }
}

function addSpan(draft: SummaryDraft, span: SpanRecord): void {
  const { startTimeUnixNano: start, endTimeUnixNano: end } = span;
  if (start !== 0n) {
    if (draft.start === 0n || start < draft.start) draft.start = start;
    if (start > draft.end) draft.end = start;
    if (end > draft.end) draft.end = end;
  }
  noteFirst(draft.services, serviceName(span.resource), start);
  const system = calledSystem(span);
  if (system !== undefined) noteFirst(draft.systems, system, start);
  if (isLocalRoot(span)) draft.localRoots.push(span);
  if (hasError(span)) draft.failed.push(span);
}

/** The summary of a trace whose spans are all in the draft. */
export function summaryOf(draft: SummaryDraft, { isKnown, ...facts }: SummaryFacts): TraceSummary {
  const root = firstLocalRootAmong(draft.localRoots, isKnown);
  const services = inOrder(draft.services);
  const origin = firstFailed(draft.failed);
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

/** Of the failed spans without a failed child, since there an error began, the first to end. */
function firstFailed(failed: readonly SpanRecord[]): SpanRecord | undefined {
  const withFailedChild = new Set(failed.map(({ parentSpanId }) => parentSpanId));
  let first: SpanRecord | undefined;
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
