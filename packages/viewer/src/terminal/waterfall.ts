import type { LogRecord } from '../log-record.ts';
import { errorNote, exceptionNotes, isToldBy } from '../reading/error-note.ts';
import { logsBySpan } from '../reading/logs-by-span.ts';
import { type SpanNode, spanForest } from '../reading/span-forest.ts';
import type { Trace } from '../trace.ts';
import { attributeLines } from './attribute-lines.ts';
import { LIGHT } from './bar.ts';
import { axisOf, frameFor, type Layout, layOut, MARGIN } from './layout.ts';
import { createPaint } from './paint.ts';
import { cut, displayWidth, printableStart } from './printable.ts';
import { rowLines } from './row-lines.ts';
import { commonFactNotes, eventNotes, factNotes, linkNotes, logNotes, type Note, timeNotes } from './span-notes.ts';
import { type Row, spanRows } from './span-rows.ts';

export interface WaterfallOptions {
  /** Width of the terminal; at least 40, and below 60 without bars. Default: 100. */
  readonly columns?: number;
  /** Default: false. */
  readonly colors?: boolean;
  /** Rows for spans before the rest is only counted. Default: 200. */
  readonly maxRows?: number;
  /** Adds the attributes of every span below it; repeated siblings are then a row each. Default: false. */
  readonly attributes?: boolean;
  /** Adds a last line that explains the bars, where they are not all alike. Default: false. */
  readonly legend?: boolean;
}

const WATERFALL_DEFAULTS: Required<WaterfallOptions> = {
  columns: 100,
  colors: false,
  maxRows: 200,
  attributes: false,
  legend: false,
};

const LEGEND = '█ critical path: what the request waited for   ▒ the rest';

/**
 * A trace as text: its spans as a tree with bars on a common time axis, dark where they are on the critical path;
 * statements, errors and log lines below their spans; each line at most `columns` wide. Repeated siblings are one row.
 * Takes whatever came: spans without parents, cycles, any depth, clocks that differ; names and attributes cannot steer the
 * terminal.
 *
 * @returns lines with `\n` between them and none at the end
 */
export function waterfall(trace: Trace, options: WaterfallOptions = {}): string {
  const columns = options.columns ?? WATERFALL_DEFAULTS.columns;
  const maxRows = options.maxRows ?? WATERFALL_DEFAULTS.maxRows;
  const attributes = options.attributes ?? WATERFALL_DEFAULTS.attributes;
  const legend = options.legend ?? WATERFALL_DEFAULTS.legend;
  const paint = createPaint(options.colors ?? WATERFALL_DEFAULTS.colors);
  const logs = logsBySpan(trace.logs, new Set(trace.spans.map(({ spanId }) => spanId)));
  const isPlain = ({ span }: SpanNode) => !attributes && !logs.has(span.spanId) && span.events.length === 0;
  const forest = spanForest(trace);
  const frame = frameFor(forest, columns);
  const rows = [...take(spanRows(forest, isPlain, frame.tree), maxRows)];
  const layout = layOut(rows, frame, axisOf(trace), paint);

  const lines: string[] = [];
  let shown = 0;
  for (const row of rows) {
    shown += row.spans.length;
    lines.push(...rowLines(row, layout));
    if (attributes) lines.push(...attributesOf(row, layout));
    const notes = [...(attributes ? [] : factsOf(row)), ...notesOf(row, logs)];
    for (const note of notes) lines.push(noteLine(note, row, layout));
  }
  if (shown < trace.spans.length) lines.push(`${MARGIN}… ${trace.spans.length - shown} more spans`);
  for (const note of logNotes(logs.get('') ?? [])) lines.push(noteLine(note, undefined, layout));
  if (legend && lines.some((line) => line.includes(LIGHT))) {
    lines.push(MARGIN + paint('dim', cut(LEGEND, layout.columns - MARGIN.length)));
  }
  return lines.join('\n');
}

function* take<T>(items: Iterable<T>, count: number): Generator<T, undefined> {
  let taken = 0;
  for (const item of items) {
    if (taken++ === count) return undefined;
    yield item;
  }
  return undefined;
}

/** Notes that attributes add to the name of a row. */
function factsOf({ spans: [span, ...equal] }: Row): Note[] {
  if (span === undefined) return [];
  return equal.length === 0 ? factNotes(span) : commonFactNotes([span, ...equal]);
}

/** Notes on the events of a row's span; a folded row has none. */
function notesOf(row: Row, logs: ReadonlyMap<string, LogRecord[]>): Note[] {
  const [span] = row.spans;
  if (span === undefined || row.spans.length > 1) return [];
  const notes = timeNotes(span, row.parent);
  const error = errorNote(span);
  const exceptions = exceptionNotes(span);
  // An error that passed through a span on its way up is told where it began.
  const below = error === undefined && exceptions.length === 0 ? new Set<string>() : toldBelow(row);
  if (error !== undefined && !isToldBy(below, error)) notes.push({ text: error, format: 'red' });
  const others = exceptions.filter((each) => !isToldBy(below, each));
  return [...notes, ...eventNotes(span, others), ...linkNotes(span), ...logNotes(logs.get(span.spanId) ?? [])];
}

function toldBelow({ children }: Row): Set<string> {
  return new Set(children.flatMap(({ span }) => [errorNote(span) ?? [], exceptionNotes(span)].flat()));
}

function attributesOf({ spans: [span], guides }: Row, { columns, paint }: Layout): string[] {
  if (span === undefined) return [];
  const lead = `${MARGIN}${guides}  `;
  return attributeLines(span, columns - displayWidth(lead), paint).map((line) => paint('dim', lead) + line);
}

function noteLine({ text, format }: Note, row: Row | undefined, { columns, paint }: Layout): string {
  const lead = `${MARGIN}${row?.guides ?? ''}`;
  const note = cut(`↳ ${printableStart(text)}`, columns - displayWidth(lead));
  return paint('dim', lead) + paint(format, note);
}
