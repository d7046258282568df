// Prints the table of clients into the README of @clew/queues: `npm run generate --workspace @clew-test/all`; a test compares.
import { readFileSync, writeFileSync } from 'node:fs';

import { CLIENTS, COLUMNS, type Column } from './capabilities.ts';

const README = new URL('../../packages/queues/README.md', import.meta.url);
const BEGIN = '<!-- clients: generated from test/contracts/capabilities.ts -->\n';
const END = '<!-- end of clients -->';

/** The README, and what it would be with the table of today. */
export function readme(): { readonly written: string; readonly generated: string } {
  const written = readFileSync(README, 'utf8');
  const begin = written.indexOf(BEGIN) + BEGIN.length;
  const end = written.indexOf(END);
  return { written, generated: `${written.slice(0, begin)}\n${table()}\n${written.slice(end)}` };
}

function table(): string {
  const notes: string[] = [];
  const columns = Object.keys(COLUMNS) as Column[];
  const rows = CLIENTS.map(({ client, cells }) => [
    client,
    ...columns.map((column) => `${cells[column].says}${markOf(cells[column].note, notes)}`),
  ]);
  const head = ['client', ...Object.values(COLUMNS)];
  const lines = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  return [...lines, '', ...notes.map((note, index) => `${index + 1}. ${note}`), ''].join('\n');
}

/** The number of a footnote, of which each stands there once. */
function markOf(note: string | undefined, notes: string[]): string {
  if (note === undefined) return '';
  if (!notes.includes(note)) notes.push(note);
  return ` (${notes.indexOf(note) + 1})`;
}

if (process.argv[1] === import.meta.filename) writeFileSync(README, readme().generated);
