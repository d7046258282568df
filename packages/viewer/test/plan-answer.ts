import type { LogLine, SpanNote, TraceAnswer, TraceLink, TraceSummary } from '../src/api/answers.ts';

/** A span of a planned answer, with what is below it. */
export interface AnswerPlan {
  readonly id?: string;
  readonly name: string;
  /** Default: that of its parent. */
  readonly service?: string;
  readonly kind?: number;
  /** Milliseconds after the start of the trace; and its length, default 1. */
  readonly at?: number;
  readonly took?: number;
  readonly failed?: boolean;
  readonly system?: string;
  readonly top?: 'orphan' | 'cycle';
  readonly notes?: readonly SpanNote[];
  readonly links?: readonly Omit<TraceLink, 'span'>[];
  /** Texts of log lines. */
  readonly logs?: readonly string[];
  readonly below?: readonly AnswerPlan[];
}

export const ANSWER_TRACE_ID = '94a4c0de16cd43dd8448eb211c80319c';
const EPOCH = 1_763_640_000_000_000_000n;
const MILLI = 1e6;

interface Parts {
  readonly names: Map<string, number>;
  readonly services: Map<string, number>;
  readonly systems: Map<string, number>;
  readonly tops: Record<number, 'orphan' | 'cycle'>;
  readonly notes: Record<number, readonly SpanNote[]>;
  readonly links: TraceLink[];
  readonly logs: LogLine[];
}

/** The answer of the API about a trace, from a plan of its spans. */
export function planAnswer(tops: readonly AnswerPlan[], traceId: string = ANSWER_TRACE_ID): TraceAnswer {
  const parts: Parts = {
    names: new Map(),
    services: new Map(),
    systems: new Map(),
    tops: {},
    notes: {},
    links: [],
    logs: [],
  };
  const rows = rowsOf(tops);
  const spans = rows.map(({ plan, parent, depth, service }, index) => {
    if (plan.top !== undefined) parts.tops[index] = plan.top;
    if (plan.notes !== undefined) parts.notes[index] = plan.notes;
    for (const link of plan.links ?? []) parts.links.push({ ...link, span: index });
    for (const text of plan.logs ?? [])
      parts.logs.push(logLine(text, idOf(plan, index), service, plan.at ?? 0, traceId));
    return {
      id: idOf(plan, index),
      parent,
      depth,
      name: indexIn(parts.names, plan.name),
      service: indexIn(parts.services, service),
      kind: plan.kind ?? 1,
      start: (plan.at ?? 0) * MILLI,
      duration: (plan.took ?? 1) * MILLI,
      status: plan.failed === true ? 2 : 0,
      system: plan.system === undefined ? -1 : indexIn(parts.systems, plan.system),
      logs: plan.logs?.length ?? 0,
      events: 0,
    };
  });
  const column = <K extends keyof (typeof spans)[number]>(key: K) => spans.map((span) => span[key]);
  const extent = Math.max(0, ...spans.map(({ start, duration }) => start + Math.max(0, duration)));
  const [root] = spans;
  return {
    api: 1,
    summary: summaryOf(rows, parts, traceId, extent),
    startUnixNano: String(EPOCH),
    extentNanos: extent,
    names: [...parts.names.keys()],
    services: [...parts.services.keys()],
    systems: [...parts.systems.keys()],
    spans: {
      id: column('id'),
      parent: column('parent'),
      depth: column('depth'),
      name: column('name'),
      service: column('service'),
      kind: column('kind'),
      start: column('start'),
      duration: column('duration'),
      status: column('status'),
      system: column('system'),
      logs: column('logs'),
      events: column('events'),
    },
    tops: parts.tops,
    notes: parts.notes,
    links: parts.links,
    critical: root === undefined ? [] : [{ span: 0, from: root.start, to: root.start + root.duration }],
    logs: parts.logs,
  };
}

interface PlannedRow {
  readonly plan: AnswerPlan;
  readonly parent: number;
  readonly depth: number;
  readonly service: string;
}

/** Plans in the order of rows; iterates, since tests plan deep trees. */
function rowsOf(tops: readonly AnswerPlan[]): PlannedRow[] {
  const rows: PlannedRow[] = [];
  const open: PlannedRow[] = tops
    .toReversed()
    .map((plan) => ({ plan, parent: -1, depth: 0, service: plan.service ?? 'orders' }));
  for (let row = open.pop(); row !== undefined; row = open.pop()) {
    const { depth, service } = row;
    const parent = rows.push(row) - 1;
    for (const plan of (row.plan.below ?? []).toReversed()) {
      open.push({ plan, parent, depth: depth + 1, service: plan.service ?? service });
    }
  }
  return rows;
}

function summaryOf(rows: readonly PlannedRow[], parts: Parts, traceId: string, extent: number): TraceSummary {
  const [root] = rows;
  return {
    traceId,
    name: root?.plan.name ?? '',
    service: root?.service ?? '',
    services: [...parts.services.keys()],
    systems: [...parts.systems.keys()],
    startUnixNano: String(EPOCH),
    durationNanos: root === undefined ? extent : (root.plan.took ?? 1) * MILLI,
    spans: rows.length,
    errors: rows.filter(({ plan }) => plan.failed).length,
    logs: parts.logs.length,
    complete: true,
    change: 1,
  };
}

function logLine(text: string, spanId: string, service: string, at: number, traceId: string): LogLine {
  const timeUnixNano = String(EPOCH + BigInt(Math.round(at * MILLI)));
  return { timeUnixNano, severity: 9, level: 'INFO', text, attributes: [], service, traceId, spanId };
}

function indexIn(list: Map<string, number>, text: string): number {
  const index = list.get(text) ?? list.size;
  list.set(text, index);
  return index;
}

function idOf({ id }: AnswerPlan, index: number): string {
  return id ?? String(index).padStart(16, '0');
}
