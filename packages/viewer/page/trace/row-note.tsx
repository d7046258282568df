import type { JSX } from 'preact';

import type { SpanNote } from '../../src/api/answers.ts';
import { visibleStart } from '../text/visible-text.ts';
import { notesOf, type TraceModel } from './trace-model.ts';

/** Note on a span in its row: its error first, then odd clocks, then its statement. */
export function RowNote({ model, index }: { readonly model: TraceModel; readonly index: number }): JSX.Element | null {
  const notes = notesOf(model, index);
  const note = RANK.map((kind) => notes.find((each) => each.kind === kind)).find((each) => each !== undefined);
  if (note === undefined) return null;
  return (
    <span class={`row-note note-${note.kind}`} title={notes.map(({ text }) => visibleStart(text, 400)).join('\n')}>
      {note.kind === 'clock' ? '⚠ ' : ''}
      {visibleStart(note.text)}
    </span>
  );
}

const RANK: readonly SpanNote['kind'][] = ['error', 'exception', 'clock', 'statement'];
