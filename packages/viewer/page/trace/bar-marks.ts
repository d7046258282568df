import type { LogLine } from '../../src/api/answers.ts';
import { nanosBetween } from '../text/format-time.ts';
import { placeBar, type TimeWindow } from './time-window.ts';
import { timesOf, type TraceModel } from './trace-model.ts';

/** A piece of a row in pixels. */
export interface Piece {
  readonly left: number;
  readonly width: number;
}

/** Pieces of the critical path in the row of a span, those that touch joined. */
export function pathPieces(model: TraceModel, index: number, window: TimeWindow, width: number): Piece[] {
  const segments = model.segments.get(index) ?? [];
  return joined(segments.flatMap(({ from, to }) => pieceOf(from, to, window, width)));
}

/** Bars of the spans of a fold, those that touch joined. */
export function foldPieces(model: TraceModel, members: readonly number[], window: TimeWindow, width: number): Piece[] {
  const bars = members.flatMap((member) => {
    const { start, end } = timesOf(model, member);
    return pieceOf(start, end, window, width);
  });
  return joined(bars.sort((a, b) => a.left - b.left));
}

/** A dot for the log lines that were written within the same few pixels. */
export interface LogDot {
  readonly left: number;
  readonly lines: readonly LogLine[];
  /** The highest one. */
  readonly severity: number;
}

/** Dots of the log lines of a span, at their times. */
export function logDots(model: TraceModel, index: number, window: TimeWindow, width: number): LogDot[] {
  const lines = model.logs.get(index) ?? [];
  const dots: LogDot[] = [];
  for (const line of lines) {
    const at = nanosBetween(model.answer.startUnixNano, line.timeUnixNano);
    const place = placeBar(at, at, window, width);
    if (place.outside !== undefined) continue;
    const last = dots.at(-1);
    if (last !== undefined && place.left - last.left < DOT_GAP) {
      dots[dots.length - 1] = {
        left: last.left,
        lines: [...last.lines, line],
        severity: Math.max(last.severity, line.severity),
      };
    } else dots.push({ left: place.left, lines: [line], severity: line.severity });
  }
  return dots;
}

const DOT_GAP = 6;
const MAX_PIECES = 200;

function pieceOf(from: number, to: number, window: TimeWindow, width: number): Piece[] {
  const { outside, ...piece } = placeBar(from, to, window, width);
  return outside === undefined ? [piece] : [];
}

/** @param pieces in the order of their left ends */
function joined(pieces: readonly Piece[]): Piece[] {
  const apart: Piece[] = [];
  for (const piece of pieces) {
    const last = apart.at(-1);
    const end = last === undefined ? -Infinity : last.left + last.width;
    if (last !== undefined && (piece.left <= end + 1 || apart.length >= MAX_PIECES)) {
      apart[apart.length - 1] = { left: last.left, width: Math.max(end, piece.left + piece.width) - last.left };
    } else apart.push(piece);
  }
  return apart;
}
