import { cut, displayWidth } from './printable.ts';

/** Columns of the lines that a text is put on: of the first, and of each that follows. */
export interface Room {
  readonly first: number;
  readonly rest: number;
  /** Lines at most; what is left is cut. */
  readonly lines: number;
}

/** A line is broken behind one of these, if there is one in its second half. */
const BREAK_BEHIND = new Set([' ', '/', '.', ',', ';', '-', '_', '&', '?']);

/** Breaks printable text into lines, behind a word or a part of a path where that is possible; the last one may be cut. */
export function wrapText(text: string, { first, rest, lines }: Room): string[] {
  const wrapped: string[] = [];
  let left = text;
  while (wrapped.length < lines - 1) {
    const room = Math.max(1, wrapped.length === 0 ? first : rest);
    const end = lineEnd(left, room);
    if (end >= left.length) break;
    wrapped.push(left.slice(0, end).trimEnd());
    left = left.slice(end).trimStart();
  }
  const last = cut(left, Math.max(1, wrapped.length === 0 ? first : rest));
  return last === '' && wrapped.length > 0 ? wrapped : [...wrapped, last];
}

/** The index at which the text goes on to the next line. */
function lineEnd(text: string, room: number): number {
  let taken = 0;
  let end = 0;
  let breakAt = 0;
  for (const character of text) {
    taken += displayWidth(character);
    if (taken > room && end > 0) return breakAt > 0 ? breakAt : end;
    end += character.length;
    if (BREAK_BEHIND.has(character) && taken >= room / 2) breakAt = end;
    if (end > room * MAX_PER_COLUMN) return end;
  }
  return end;
}

/** Characters in a column: marks that combine take none. */
const MAX_PER_COLUMN = 8;
