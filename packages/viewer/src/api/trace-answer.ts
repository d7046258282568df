import { inTimeOrder } from '../reading/log-facts.ts';
import { criticalPath } from '../reading/critical-path.ts';
import { cutText } from '../reading/cut-text.ts';
import { withSender } from '../reading/log-sender.ts';
import { spanLabel } from '../reading/span-label.ts';
import { type SpanTable, spanTable } from '../reading/span-table.ts';
import { traceColumns } from '../reading/trace-columns.ts';
import { traceNotes } from '../reading/trace-notes.ts';
import { serviceName } from '../resource.ts';
import { SPAN_KIND, type SpanRecord } from '../span-record.ts';
import { firstLocalRoot, type Trace } from '../trace.ts';
import type { CriticalSegment, LogLine, TraceAnswer, TraceLink, TraceSummary } from './answers.ts';
import type { ApiContext } from './api-context.ts';
import { logLineOf } from './log-line-of.ts';

const MAX_LOGS = 5000;
const MAX_LOG_TEXTS = 8 * 1024 * 1024; // characters, as JSON
const MAX_LINKS = 5000;
const MAX_NAME = 500; // characters

/**
 * A trace as the rows of its tree, in a time that grows with the number of its spans and not faster. Yields after each
 * part: those of 100,000 spans take a tenth of a second or two.
 */
export function* traceAnswer(
  trace: Trace,
  summary: TraceSummary,
  { store }: Pick<ApiContext, 'store'>,
): Generator<undefined, Omit<TraceAnswer, 'api'>> {
  const table = spanTable(trace);
  yield;
  const { notes, omitted: omittedNotes } = traceNotes(table);
  yield;
  const links = linksOf(trace, table, store);
  const logs = logsOf(trace, store);
  yield;
  const columns = traceColumns(table, trace.logs);
  yield;
  const critical = criticalPathOf(trace, table);
  yield;
  const omitted = {
    notes: omittedNotes,
    links: Math.max(0, links.length - MAX_LINKS),
    logs: trace.logs.length - logs.length,
  };
  return {
    summary,
    ...columns,
    notes,
    links: links.slice(0, MAX_LINKS),
    critical,
    logs,
    ...(omitted.notes + omitted.links + omitted.logs > 0 && { omitted }),
  };
}

/** The critical path of the root's request; empty while no root has arrived. */
export function criticalPathOf(trace: Trace, table: SpanTable): CriticalSegment[] {
  const root = firstLocalRoot(trace);
  return root === undefined ? [] : criticalPath(table, table.spans.indexOf(root));
}

function linksOf({ traceId }: Trace, { spans }: SpanTable, store: ApiContext['store']): TraceLink[] {
  const rows = new Map<string, number>();
  const links: TraceLink[] = [];
  const add = (span: number, direction: TraceLink['direction'], other: { traceId: string; spanId: string }) => {
    const found = links.length < MAX_LINKS ? store.span(other.traceId, other.spanId) : undefined;
    const described = found && { name: cutText(spanLabel(found), MAX_NAME), service: serviceName(found.resource) };
    links.push({ span, direction, traceId: other.traceId, spanId: other.spanId, ...described });
  };
  for (const [row, span] of spans.entries()) {
    rows.set(span.spanId, row);
    for (const link of span.links) if (link.traceId !== traceId && link.traceId !== '') add(row, 'to', link);
  }
  for (const { traceId: from, spanId, linkedSpanId } of store.linksInto(traceId)) {
    const row = rows.get(linkedSpanId);
    if (row !== undefined) add(row, 'from', { traceId: from, spanId });
  }
  for (const [row, span] of spans.entries()) {
    const parent = rows.get(span.parentSpanId ?? '');
    const sender = parent === undefined ? undefined : spans[parent];
    if (parent === undefined || sender === undefined || !isQueueHop(span, sender)) continue;
    add(row, 'to', sender);
    add(parent, 'from', span);
  }
  return links;
}

/** Tells a message that another service has sent in this very trace. */
function isQueueHop(span: SpanRecord, sender: SpanRecord): boolean {
  return span.kind === SPAN_KIND.consumer && serviceName(span.resource) !== serviceName(sender.resource);
}

/** The earliest log lines, as far as there is room for them. */
function logsOf({ logs }: Trace, store: ApiContext['store']): LogLine[] {
  const lines: LogLine[] = [];
  let room = MAX_LOG_TEXTS;
  for (const log of inTimeOrder(logs).slice(0, MAX_LOGS)) {
    const line = logLineOf(withSender(log, store.span));
    room -= JSON.stringify(line).length;
    if (room < 0) break;
    lines.push(line);
  }
  return lines;
}
