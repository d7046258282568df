import type { LogRecord } from '../log-record.ts';
import { serviceName } from '../resource.ts';
import { hasError, SPAN_KIND, type SpanRecord } from '../span-record.ts';
import { type Trace, traceExtent } from '../trace.ts';
import { bar } from './bar.ts';
import { errorNote } from './error-note.ts';
import { formatDuration } from './format-duration.ts';
import { createPaint, type Format, type Paint } from './paint.ts';
import { databaseSystem } from './peer-systems.ts';
import { cut, displayWidth, pad, printable } from './printable.ts';
import { type SpanNode, spanForest } from './span-forest.ts';
import { spanLabel } from './span-label.ts';
import { logNotes, type Note, timeNotes } from './span-notes.ts';
import { type Row, spanRows } from './span-rows.ts';

export interface WaterfallOptions {
  /** Width of the terminal; at least 60. Default: 100. */
  readonly columns?: number;
  /** Default: false. */
  readonly colors?: boolean;
  /** Rows for spans before the rest is only counted. Default: 200. */
  readonly maxRows?: number;
}

/** How a waterfall is laid out, in columns of the terminal. */
interface Layout {
  readonly columns: number;
  readonly label: number;
  readonly bar: number;
  readonly start: bigint;
  /** Nanoseconds; at least 1. */
  readonly length: bigint;
  readonly paint: Paint;
}

export const WATERFALL_DEFAULTS: Required<WaterfallOptions> = { columns: 100, colors: false, maxRows: 200 };

const MIN_COLUMNS = 60;
const MARGIN = '  ';
const DURATION_WIDTH = 8;
const LABEL_SHARE = 0.45;
const MIN_NAME = 8;
const N_PLUS_1_FROM = 5;

const KIND_FORMATS: Readonly<Record<number, Format>> = {
  [SPAN_KIND.server]: 'cyan',
  [SPAN_KIND.client]: 'blue',
  [SPAN_KIND.producer]: 'magenta',
  [SPAN_KIND.consumer]: 'magenta',
};

/**
 * A trace as text: its spans as a tree with bars on a common time axis, errors and log lines below their spans, each
 * line at most `columns` wide. Repeated siblings are one row. Takes whatever came: spans without parents, cycles,
 * any depth, clocks that differ; names and attributes cannot steer the terminal.
 *
 * @returns lines with `\n` between them and none at the end
 */
export function waterfall(trace: Trace, options: WaterfallOptions = {}): string {
  const layout = layOut(trace, options);
  const logs = logsBySpan(trace);
  const isPlain = ({ span }: SpanNode) => !logs.has(span.spanId);
  const maxIndent = Math.floor(layout.label / 2 / '├─ '.length);
  const maxRows = options.maxRows ?? WATERFALL_DEFAULTS.maxRows;

  const lines: string[] = [];
  let shown = 0;
  let rows = 0;
  for (const row of spanRows(spanForest(trace), isPlain, maxIndent)) {
    if (rows++ === maxRows) break;
    shown += row.spans.length;
    lines.push(rowLine(row, layout, maxIndent));
    for (const note of notesOf(row, logs)) lines.push(noteLine(note, row, layout));
  }
  if (shown < trace.spans.length) lines.push(`${MARGIN}… ${trace.spans.length - shown} more spans`);
  for (const note of logNotes(logs.get('') ?? [])) lines.push(noteLine(note, undefined, layout));
  return lines.join('\n');
}

function layOut(trace: Trace, options: WaterfallOptions): Layout {
  const columns = Math.max(MIN_COLUMNS, options.columns ?? WATERFALL_DEFAULTS.columns);
  const free = columns - MARGIN.length - DURATION_WIDTH - 2;
  const label = Math.floor(free * LABEL_SHARE);
  const { start, end } = traceExtent(trace);
  const length = end > start ? end - start : 1n;
  const paint = createPaint(options.colors ?? WATERFALL_DEFAULTS.colors);
  return { columns, label, bar: free - label, start, length, paint };
}

/** Log records by span id; under the empty id those whose span is not here. */
function logsBySpan({ spans, logs }: Trace): Map<string, LogRecord[]> {
  const known = new Set(spans.map(({ spanId }) => spanId));
  const bySpan = new Map<string, LogRecord[]>();
  for (const log of logs) {
    const spanId = log.spanId !== undefined && known.has(log.spanId) ? log.spanId : '';
    const list = bySpan.get(spanId);
    if (list === undefined) bySpan.set(spanId, [log]);
    else list.push(log);
  }
  return bySpan;
}

function rowLine(row: Row, layout: Layout, maxIndent: number): string {
  const { paint } = layout;
  const [span] = row.spans;
  if (span === undefined)
    return MARGIN + paint('yellow', cut(printable(row.heading ?? ''), layout.columns - MARGIN.length));

  const failed = hasError(span);
  const depth = row.depth > maxIndent ? `⋯${row.depth} ` : '';
  const lead = row.lead + depth;
  const mark = failed ? '✖ ' : '';
  const service = serviceName(span.resource);
  const isNewService = row.parent === undefined ? row.depth > 0 : serviceName(row.parent.resource) !== service;
  const where = isNewService ? `  ${printable(service)}` : '';
  const room = layout.label - displayWidth(lead + mark);
  const times = cut(timesOf(row.spans), room - MIN_NAME);
  const nameRoom = room - displayWidth(times);
  const name = cut(printable(spanLabel(span)), Math.max(nameRoom - displayWidth(where), Math.min(nameRoom, MIN_NAME)));
  const rest = nameRoom - displayWidth(name);
  const label = paint('dim', lead) + paint(failed ? 'red' : 'reset', mark + name) + paint('yellow', times);
  return `${MARGIN}${label}${paint('dim', pad(cut(where, rest), rest))} ${timeline(row.spans, layout)}`;
}

/** `× 50  (N+1?)`: how many equal spans a row stands for, and whether they look like a query in a loop. */
function timesOf(spans: readonly SpanRecord[]): string {
  const [span] = spans;
  if (span === undefined || spans.length === 1) return '';
  const looksLikeLoop = spans.length >= N_PLUS_1_FROM && databaseSystem(span) !== undefined;
  return ` × ${spans.length}${looksLikeLoop ? ' (N+1?)' : ''}`;
}

function timeline(spans: readonly SpanRecord[], layout: Layout): string {
  const [span] = spans;
  const { start, end } = traceExtent({ traceId: '', complete: true, spans, logs: [] });
  const share = (time: bigint) => Number(time - layout.start) / Number(layout.length);
  const drawn = start === 0n ? '' : bar(share(start), share(end), layout.bar);
  const format = spans.some(hasError) ? 'red' : (KIND_FORMATS[span?.kind ?? 0] ?? 'reset');
  const duration = start === 0n ? '?' : formatDuration(end - start);
  return `${layout.paint(format, pad(drawn, layout.bar))} ${duration.padStart(DURATION_WIDTH)}`;
}

function notesOf(row: Row, logs: ReadonlyMap<string, LogRecord[]>): Note[] {
  const [span] = row.spans;
  if (span === undefined || row.spans.length > 1) return [];
  const notes = timeNotes(span, row.parent);
  const error = errorNote(span);
  // An error that passed through a span on its way up is told where it began.
  const cameFromBelow = error !== undefined && row.children.some((child) => errorNote(child.span) === error);
  if (error !== undefined && !cameFromBelow) notes.push({ text: error, format: 'red' });
  return [...notes, ...logNotes(logs.get(span.spanId) ?? [])];
}

function noteLine({ text, format }: Note, row: Row | undefined, { columns, paint }: Layout): string {
  const lead = `${MARGIN}${row?.guides ?? ''}`;
  const note = cut(`↳ ${printable(text)}`, columns - displayWidth(lead));
  return paint('dim', lead) + paint(format, note);
}
