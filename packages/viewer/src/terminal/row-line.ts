import { serviceName } from '../resource.ts';
import { hasError, SPAN_KIND, type SpanRecord } from '../span-record.ts';
import { type Trace, traceExtent } from '../trace.ts';
import { bar } from './bar.ts';
import { formatDuration } from '../reading/format-duration.ts';
import type { Format, Paint } from './paint.ts';
import { databaseSystem } from '../reading/peer-systems.ts';
import { cut, displayWidth, pad, printableStart } from './printable.ts';
import { spanLabel } from '../reading/span-label.ts';
import type { Row } from './span-rows.ts';

/** How a waterfall is laid out, in columns of the terminal. */
export interface Layout {
  readonly columns: number;
  readonly label: number;
  readonly bar: number;
  /** The depth from which on rows are not indented further. */
  readonly maxIndent: number;
  readonly start: bigint;
  /** Nanoseconds; at least 1. */
  readonly length: bigint;
  readonly paint: Paint;
}

export const MARGIN = '  ';

const MIN_COLUMNS = 60;
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

/** @param columns width of the terminal; a narrower one than 60 columns is taken for 60 */
export function layOut(trace: Trace, columns: number, paint: Paint): Layout {
  const width = Math.max(MIN_COLUMNS, columns);
  const free = width - MARGIN.length - DURATION_WIDTH - 2;
  const label = Math.floor(free * LABEL_SHARE);
  const maxIndent = Math.floor(label / 2 / '├─ '.length);
  const { start, end } = traceExtent(trace);
  const length = end > start ? end - start : 1n;
  return { columns: width, label, bar: free - label, maxIndent, start, length, paint };
}

/** The line of a row: tree, name and service on the left, then its bar on the axis of the trace, then its duration. */
export function rowLine(row: Row, layout: Layout): string {
  const { paint } = layout;
  const [span] = row.spans;
  if (span === undefined)
    return MARGIN + paint('yellow', cut(printableStart(row.heading ?? ''), layout.columns - MARGIN.length));

  const failed = hasError(span);
  const depth = row.depth > layout.maxIndent ? `⋯${row.depth} ` : '';
  const lead = row.lead + depth;
  const mark = failed ? '✖ ' : '';
  const service = serviceName(span.resource);
  const isNewService = row.parent === undefined ? row.depth > 0 : serviceName(row.parent.resource) !== service;
  const where = isNewService ? `  ${printableStart(service)}` : '';
  const room = layout.label - displayWidth(lead + mark);
  const times = cut(timesOf(row.spans), room - MIN_NAME);
  const nameRoom = room - displayWidth(times);
  const name = cut(
    printableStart(spanLabel(span)),
    Math.max(nameRoom - displayWidth(where), Math.min(nameRoom, MIN_NAME)),
  );
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
  const { start, end } = traceExtent({ spans });
  const share = (time: bigint) => Number(time - layout.start) / Number(layout.length);
  const drawn = start === 0n ? '' : bar(share(start), share(end), layout.bar);
  const format = spans.some(hasError) ? 'red' : (KIND_FORMATS[span?.kind ?? 0] ?? 'reset');
  const duration = start === 0n ? '?' : formatDuration(end - start);
  return `${layout.paint(format, pad(drawn, layout.bar))} ${duration.padStart(DURATION_WIDTH)}`;
}
