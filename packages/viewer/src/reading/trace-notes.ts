import type { SpanNote } from '../api/answers.ts';
import { clockNotes } from './clock-notes.ts';
import { cutText } from './cut-text.ts';
import { databaseStatement } from './database-statement.ts';
import { errorNote, exceptionNotes, isToldBy } from './error-note.ts';
import { calledSystem } from './peer-systems.ts';
import type { SpanTable } from './span-table.ts';

/** The lines below the spans of a trace, by row. */
export interface TraceNotes {
  readonly notes: Readonly<Record<number, readonly SpanNote[]>>;
  /** Notes for which there was no room. */
  readonly omitted: number;
}

const MAX_TEXT = 2000; // characters of one note
/** Characters of all statements, and of all other notes: one trace may repeat a long statement 100,000 times. */
const MAX_TEXTS = 4 * 1024 * 1024;

/**
 * Notes on each span that has something to tell: odd clocks; its error, unless a child tells the same, since then it
 * only passed through; its exceptions; the statement that it sent to a database.
 */
export function traceNotes(table: SpanTable): TraceNotes {
  const notes: Record<number, SpanNote[]> = {};
  const room: Record<SpanNote['kind'], number> = { error: MAX_TEXTS, exception: 0, clock: 0, statement: MAX_TEXTS };
  let omitted = 0;

  function add(row: number, kind: SpanNote['kind'], whole: string): void {
    const text = cutText(whole, MAX_TEXT);
    const account = kind === 'statement' ? kind : 'error';
    if (room[account] < text.length) {
      omitted += 1;
      return;
    }
    room[account] -= text.length;
    (notes[row] ??= []).push({ kind, text });
  }

  const told = table.spans.map((span) => ({ error: errorNote(span), exceptions: exceptionNotes(span) }));
  const below = toldBelow(table, told);
  for (const [row, span] of table.spans.entries()) {
    const { error, exceptions } = told[row] ?? { error: undefined, exceptions: [] };
    for (const text of clockNotes(span, table.spans[table.parents[row] ?? -1])) add(row, 'clock', text);
    const isNew = (text: string) => !isToldBy(below.get(row) ?? NOTHING_TOLD, text);
    if (error !== undefined && isNew(error)) add(row, 'error', error);
    for (const text of exceptions) if (isNew(text)) add(row, 'exception', text);
    const statement = calledSystem(span) === undefined ? undefined : databaseStatement(span);
    if (statement !== undefined) add(row, 'statement', statement);
  }
  return { notes, omitted };
}

const NOTHING_TOLD: ReadonlySet<string> = new Set();

/** Texts that the children of a row tell. */
function toldBelow(
  { parents }: SpanTable,
  told: readonly { readonly error: string | undefined; readonly exceptions: readonly string[] }[],
): Map<number, Set<string>> {
  const below = new Map<number, Set<string>>();
  for (const [row, { error, exceptions }] of told.entries()) {
    const parent = parents[row] ?? -1;
    if (parent < 0 || (error === undefined && exceptions.length === 0)) continue;
    const texts = below.get(parent) ?? new Set<string>();
    below.set(parent, texts);
    if (error !== undefined) texts.add(error);
    for (const text of exceptions) texts.add(text);
  }
  return below;
}
