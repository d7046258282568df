import type { JSX } from 'preact';

import { useApp } from '../app/app.ts';
import { formatNanos } from '../text/format-nanos.ts';
import { visibleStart } from '../text/visible-text.ts';
import { foldPieces, logDots, pathPieces } from './bar-marks.ts';
import type { SpanRowProps } from './span-row.tsx';
import { type BarPlace, placeBar } from './time-window.ts';
import { isError, serviceOf, timesOf } from './trace-model.ts';

/** Right half of a row: when it was, how long it took, where the critical path goes, and its log lines as dots. */
export function BarCell(props: SpanRowProps): JSX.Element {
  const { palette } = useApp();
  const { open, model, index, fold, width } = props;
  const window = open.window.value;
  const { start, end } = extentOf(props);
  const place = placeBar(start, end, window, width);
  const bars = fold === undefined ? [place] : foldPieces(model, fold.members, window, width);
  return (
    <div class="bar-cell hued" role="gridcell" style={{ '--hue': String(palette.hueOf(serviceOf(model, index))) }}>
      {place.outside === undefined ? (
        bars.map(({ left, width: wide }) => (
          <span
            key={left}
            class={`bar${isError(model, index) ? ' bar-error' : ''}`}
            style={{ left: `${left}px`, width: `${wide}px` }}
          />
        ))
      ) : (
        <span class={`outside outside-${place.outside}`}>{place.outside === 'before' ? '◂' : '▸'}</span>
      )}
      {open.showsCritical.value ? <CriticalPath {...props} /> : null}
      <LogDots {...props} />
      <BarLabel place={place} width={width} text={labelOf(props)} />
    </div>
  );
}

function extentOf({ model, index, fold }: SpanRowProps): { start: number; end: number } {
  if (fold === undefined) return timesOf(model, index);
  let [first, last] = [Infinity, -Infinity];
  for (const member of fold.members) {
    const { start, end } = timesOf(model, member);
    first = Math.min(first, start);
    last = Math.max(last, end);
  }
  return { start: first, end: last };
}

function labelOf({ model, index, fold }: SpanRowProps): string {
  if (fold === undefined) return formatNanos(model.spans.duration[index] ?? 0);
  const total = fold.members.reduce((sum, member) => sum + Math.max(0, model.spans.duration[member] ?? 0), 0);
  return `Σ ${formatNanos(total)}`;
}

function CriticalPath({ open, model, index, fold, width }: SpanRowProps): JSX.Element {
  const members = fold?.members ?? [index];
  const window = open.window.value;
  const pieces = members.flatMap((member) => pathPieces(model, member, window, width)).slice(0, MAX_PIECES);
  return (
    <>
      {pieces.map(({ left, width: wide }) => (
        <span key={left} class="path" style={{ left: `${left}px`, width: `${wide}px` }} />
      ))}
    </>
  );
}

const MAX_PIECES = 100;
const WARN = 13;
const ERROR = 17;

function LogDots({ open, model, index, width }: SpanRowProps): JSX.Element | null {
  if (!model.spans.logs[index]) return null;
  return (
    <>
      {logDots(model, index, open.window.value, width).map(({ left, lines, severity }) => (
        <span
          key={left}
          class={`log-dot log-${severity >= ERROR ? 'error' : severity >= WARN ? 'warn' : 'info'}`}
          style={{ left: `${left}px` }}
          title={lines
            .slice(0, 12)
            .map(({ level, text }) => visibleStart(`${level} ${text}`, 200))
            .join('\n')}
        />
      ))}
    </>
  );
}

interface BarLabelProps {
  readonly place: BarPlace;
  readonly width: number;
  readonly text: string;
}

const CHARACTER_WIDTH = 7;
const LABEL_GAP = 6;

/** Stands to the right of the bar, where there is no room to its left, and else within it. */
function BarLabel({ place, width, text }: BarLabelProps): JSX.Element {
  const wide = text.length * CHARACTER_WIDTH + LABEL_GAP;
  const right = place.left + place.width;
  if (right + wide < width) {
    return (
      <span class="bar-label" style={{ left: `${right + LABEL_GAP}px` }}>
        {text}
      </span>
    );
  }
  const isInside = place.left < wide;
  const edge = isInside ? width - right + LABEL_GAP : width - place.left + LABEL_GAP;
  return (
    <span class={`bar-label${isInside ? ' is-inside' : ''}`} style={{ right: `${edge}px` }}>
      {text}
    </span>
  );
}
