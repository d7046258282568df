import type { LogRecord } from '../log-record.ts';
import type { Trace } from '../trace.ts';
import { errorNote, exceptionNotes } from '../reading/error-note.ts';
import { createPaint } from './paint.ts';
import { cut, displayWidth, printableStart } from './printable.ts';
import { type Layout, layOut, MARGIN, rowLine } from './row-line.ts';
import { type SpanNode, spanForest } from '../reading/span-forest.ts';
import { eventNotes, logNotes, type Note, timeNotes } from './span-notes.ts';
import { type Row, spanRows } from './span-rows.ts';

export interface WaterfallOptions {
  /** Width of the terminal; at least 60. Default: 100. */
  readonly columns?: number;
  /** Default: false. */
  readonly colors?: boolean;
  /** Rows for spans before the rest is only counted. Default: 200. */
  readonly maxRows?: number;
}

const WATERFALL_DEFAULTS: Required<WaterfallOptions> = { columns: 100, colors: false, maxRows: 200 };

/**
 * A trace as text: its spans as a tree with bars on a common time axis, errors and log lines below their spans, each
 * line at most `columns` wide. Repeated siblings are one row. Takes whatever came: spans without parents, cycles,
 * any depth, clocks that differ; names and attributes cannot steer the terminal.
 *
 * @returns lines with `\n` between them and none at the end
 */
export function waterfall(trace: Trace, options: WaterfallOptions = {}): string {
  const maxRows = options.maxRows ?? WATERFALL_DEFAULTS.maxRows;
  const paint = createPaint(options.colors ?? WATERFALL_DEFAULTS.colors);
  const layout = layOut(trace, options.columns ?? WATERFALL_DEFAULTS.columns, paint);
  const logs = logsBySpan(trace);
  const isPlain = ({ span }: SpanNode) => !logs.has(span.spanId) && span.events.length === 0;

  const lines: string[] = [];
  let shown = 0;
  let rows = 0;
  for (const row of spanRows(spanForest(trace), isPlain, layout.maxIndent)) {
    if (rows++ === maxRows) break;
    shown += row.spans.length;
    lines.push(rowLine(row, layout));
    for (const note of notesOf(row, logs)) lines.push(noteLine(note, row, layout));
  }
  if (shown < trace.spans.length) lines.push(`${MARGIN}… ${trace.spans.length - shown} more spans`);
  for (const note of logNotes(logs.get('') ?? [])) lines.push(noteLine(note, undefined, layout));
  return lines.join('\n');
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

function notesOf(row: Row, logs: ReadonlyMap<string, LogRecord[]>): Note[] {
  const [span] = row.spans;
  if (span === undefined || row.spans.length > 1) return [];
  const notes = timeNotes(span, row.parent);
  const error = errorNote(span);
  const exceptions = exceptionNotes(span);
  // An error that passed through a span on its way up is told where it began.
  const below = error === undefined && exceptions.length === 0 ? new Set<string>() : toldBelow(row);
  if (error !== undefined && !below.has(error)) notes.push({ text: error, format: 'red' });
  const others = exceptions.filter((each) => !below.has(each));
  return [...notes, ...eventNotes(span, others), ...logNotes(logs.get(span.spanId) ?? [])];
}

function toldBelow({ children }: Row): Set<string> {
  return new Set(children.flatMap(({ span }) => [errorNote(span) ?? [], exceptionNotes(span)].flat()));
}

function noteLine({ text, format }: Note, row: Row | undefined, { columns, paint }: Layout): string {
  const lead = `${MARGIN}${row?.guides ?? ''}`;
  const note = cut(`↳ ${printableStart(text)}`, columns - displayWidth(lead));
  return paint('dim', lead) + paint(format, note);
}
