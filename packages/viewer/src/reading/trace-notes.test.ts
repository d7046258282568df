import { expect, test } from 'vitest';

import { planSpan, planTrace } from '../../test/build-trace.ts';
import type { SpanRecord } from '../span-record.ts';
import { spanTable } from './span-table.ts';
import { traceNotes } from './trace-notes.ts';

const POSTGRES = { 'db.system.name': 'postgresql' };

test('an error is told where it began, and not by the spans that it passed through', () => {
  const exception = { type: 'Error', message: 'card declined' };
  const spans = [
    planSpan('root', { exception, took: 9 }),
    planSpan('call', { parent: 'root', exception, took: 8 }),
    planSpan('charge', { parent: 'call', exception, took: 7 }),
  ];

  expect(notesOf(spans)).toEqual({ charge: ['error Error: card declined'] });
});

test('a span that fails for another reason than its child tells its own', () => {
  const spans = [planSpan('root', { failed: 'gave up' }), planSpan('call', { parent: 'root', failed: 'timeout' })];

  expect(notesOf(spans)).toEqual({ root: ['error gave up'], call: ['error timeout'] });
});

test('exceptions are told on spans of any status, statements of databases in full, and odd clocks', () => {
  const spans = [
    planSpan('root', { recorded: [{ type: 'Warning', message: 'slow' }] }),
    planSpan('SELECT', { parent: 'root', kind: 'client', attributes: { ...POSTGRES, 'db.query.text': 'SELECT 1' } }),
    planSpan('older', { parent: 'root', kind: 'client', attributes: { ...POSTGRES, 'db.statement': 'SELECT 2' } }),
    planSpan('skewed', { parent: 'root', at: -5, service: 'payments' }),
    planSpan('backwards', { parent: 'root', took: -2 }),
  ];

  expect(notesOf(spans)).toEqual({
    root: ['exception Warning: slow'],
    SELECT: ['statement SELECT 1'],
    older: ['statement SELECT 2'],
    skewed: ['clock starts 5.0ms before its caller: clocks of payments and orders-api differ'],
    backwards: ['clock ended 2.0ms before it started'],
  });
});

test('a long text is cut to 2,000 characters', () => {
  const attributes = { ...POSTGRES, 'db.query.text': 'x'.repeat(3000) };

  const { root } = notesOf([planSpan('root', { kind: 'client', attributes })]);

  expect(root).toEqual([`statement ${'x'.repeat(2000)}…`]);
});

test('statements beyond four million characters are counted, and errors still told', () => {
  const attributes = { ...POSTGRES, 'db.query.text': 'x'.repeat(2000) };
  const spans = Array.from({ length: 3000 }, (_, i) => planSpan('SELECT', { id: `${i}`, kind: 'client', attributes }));

  const { notes, omitted } = traceNotes(spanTable(planTrace([...spans, planSpan('late', { at: 1, failed: 'no' })])));

  expect(Object.keys(notes)).toHaveLength(2097 + 1);
  expect(omitted).toBe(3000 - 2097);
  expect(notes[3000]).toEqual([{ kind: 'error', text: 'no' }]);
});

/** Notes as `kind text`, by the name of their span. */
function notesOf(spans: readonly SpanRecord[]): Record<string, string[]> {
  const table = spanTable(planTrace(spans));
  const { notes } = traceNotes(table);
  return Object.fromEntries(
    Object.entries(notes).map(([row, list]) => [
      table.spans[Number(row)]?.name,
      list.map(({ kind, text }) => `${kind} ${text}`),
    ]),
  );
}
