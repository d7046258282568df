import type { Format, Paint } from './paint.ts';
import { cut, displayWidth } from './printable.ts';
import type { RowLabel } from './row-label.ts';
import { type Room, wrapText } from './wrap-text.ts';

/** The place for a label. */
export interface LabelPlace {
  /** Columns of its first line, and of each that follows. */
  readonly first: number;
  readonly rest: number;
  /** Tree lines in front of each line but the first. */
  readonly guides: string;
  readonly paint: Paint;
}

/** A line of a label, with the columns that it takes. */
export interface LabelLine {
  readonly text: string;
  readonly width: number;
}

interface Piece {
  readonly text: string;
  readonly format: Format;
}

/** Lines that a name takes at most. */
const MAX_NAME_LINES = 4;
/** A name that does not fit does not begin on a line with fewer columns for it. */
const MIN_NAME = 8;

/** Puts a label on one line if it fits. If not, the name goes on below itself, and what follows it stands behind its end. */
export function labelLines(label: RowLabel, { first, rest, guides, paint }: LabelPlace): LabelLine[] {
  const { lead, mark, name, times, where, failed } = label;
  const nameFormat = failed ? 'red' : 'reset';
  const start: Piece[] = [
    { text: lead, format: 'dim' },
    { text: mark, format: nameFormat },
  ];
  const below: Piece[] = [{ text: guides + ' '.repeat(displayWidth(mark)), format: 'dim' }];
  const room = { first: first - widthOf(start), rest: rest - widthOf(below), lines: MAX_NAME_LINES };
  const lines = wrapName(name, room).map((text, i) => [
    ...(i === 0 ? start : below),
    { text, format: nameFormat } as const,
  ]);

  const tail: Piece[] = [
    { text: times, format: 'yellow' },
    { text: where, format: 'dim' },
  ];
  const last = lines.pop() ?? [];
  const lastRoom = lines.length === 0 ? first : rest;
  if (widthOf([...last, ...tail]) <= lastRoom) lines.push([...last, ...tail]);
  else lines.push(last, [...below, { text: cut((times + where).trim(), room.rest), format: 'dim' }]);
  return lines.map((pieces) => ({ text: pieces.map(painted).join(''), width: widthOf(pieces) }));

  function painted({ text, format }: Piece): string {
    return text === '' ? '' : paint(format, text);
  }
}

function wrapName(name: string, room: Room): string[] {
  if (room.first >= MIN_NAME || displayWidth(name) <= room.first) return wrapText(name, room);
  return ['', ...wrapText(name, { first: room.rest, rest: room.rest, lines: room.lines - 1 })];
}

function widthOf(pieces: readonly Piece[]): number {
  return pieces.reduce((width, { text }) => width + displayWidth(text), 0);
}
