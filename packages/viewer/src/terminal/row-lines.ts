import { formatDuration } from '../reading/format-duration.ts';
import { hasError, SPAN_KIND, type SpanRecord } from '../span-record.ts';
import { traceExtent } from '../trace.ts';
import { bar } from './bar.ts';
import { labelLines } from './label-lines.ts';
import { type Axis, DURATION_WIDTH, type Layout, MARGIN } from './layout.ts';
import type { Format } from './paint.ts';
import { cut, printableStart } from './printable.ts';
import { rowLabel } from './row-label.ts';
import type { Row } from './span-rows.ts';

const KIND_FORMATS: Readonly<Record<number, Format>> = {
  [SPAN_KIND.server]: 'cyan',
  [SPAN_KIND.client]: 'blue',
  [SPAN_KIND.producer]: 'magenta',
  [SPAN_KIND.consumer]: 'magenta',
};

const NO_LABEL = { text: '', width: 0 };

/**
 * The lines of a row: tree, name and service on the left, then its bar on the axis of the trace, then its duration. A
 * name that is too long for the left takes the space in front of the bar, and then lines of its own.
 */
export function rowLines(row: Row, layout: Layout): string[] {
  const { columns, paint } = layout;
  const [span] = row.spans;
  if (span === undefined) {
    return [MARGIN + paint('yellow', cut(printableStart(row.heading ?? ''), columns - MARGIN.length))];
  }
  const { start, end } = traceExtent({ spans: row.spans });
  const drawn = start === 0n ? '' : drawBar(row.spans, start, end, layout);
  const glyphs = drawn.trimStart();
  const before = drawn === '' ? layout.bar : drawn.length - glyphs.length;
  const [first = NO_LABEL, ...others] = labelLines(rowLabel(row, span, layout.tree), {
    first: layout.label + before,
    rest: columns - MARGIN.length,
    guides: row.guides,
    paint,
  });
  const format = row.spans.some(hasError) ? 'red' : (KIND_FORMATS[span.kind] ?? 'reset');
  const gap = ' '.repeat(layout.label + before - first.width + (layout.bar > 0 ? 1 : 0));
  const rest = ' '.repeat(layout.bar - before - glyphs.length + 1);
  const duration = (start === 0n ? '?' : formatDuration(end - start)).padStart(DURATION_WIDTH);
  return [
    MARGIN + first.text + gap + paint(format, glyphs) + rest + duration,
    ...others.map(({ text }) => MARGIN + text),
  ];
}

function drawBar(spans: readonly SpanRecord[], start: bigint, end: bigint, { bar: width, axis }: Layout): string {
  if (width === 0) return '';
  const known = axis.critical;
  const critical = known && spans.flatMap(({ spanId }) => known.get(spanId) ?? []);
  return bar({ from: shareOf(start, axis), to: shareOf(end, axis) }, critical, width);
}

function shareOf(time: bigint, { start, length }: Axis): number {
  return Number(time - start) / Number(length);
}
