import { isError, notesOf, type TraceModel } from './trace-model.ts';

/** Siblings that differ in nothing but their times, shown as one row. */
export interface Fold {
  /** In the order of rows; the row stands where the first one stood. */
  readonly members: readonly number[];
  /** It looks like a query in a loop. */
  readonly looksLikeLoop: boolean;
}

/** Folds of a trace, and the number of the fold of each span; -1 for none. */
export interface Folds {
  readonly list: readonly Fold[];
  readonly ofSpan: Int32Array;
}

/**
 * Puts siblings together that have the same name, service, kind and statement (but for its literals), nothing below them,
 * and nothing that would be hidden: no error, link, log line or other note.
 */
export function foldRepeats(model: TraceModel): Folds {
  const groups = new Map<string, number[]>();
  for (let index = 0; index < model.count; index += 1) {
    const key = keyOf(model, index);
    if (key === undefined) continue;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [index]);
    else group.push(index);
  }
  const list: Fold[] = [];
  const ofSpan = new Int32Array(model.count).fill(-1);
  for (const members of groups.values()) {
    if (members.length < FOLD_FROM) continue;
    for (const member of members) ofSpan[member] = list.length;
    const isDatabase = (model.spans.system[members[0] ?? 0] ?? -1) >= 0 && model.spans.kind[members[0] ?? 0] === CLIENT;
    list.push({ members, looksLikeLoop: isDatabase && members.length >= LOOP_FROM });
  }
  return { list, ofSpan };
}

/** The same numbers as in the terminal. */
const FOLD_FROM = 3;
const LOOP_FROM = 5;
const CLIENT = 3;
const MAX_STATEMENT = 2000;
const LITERALS = /'(?:[^']|'')*'|\b\d+(?:\.\d+)?\b/g;

function keyOf(model: TraceModel, index: number): string | undefined {
  const { spans } = model;
  const parent = spans.parent[index] ?? -1;
  if (parent < 0 || (model.subtreeEnd[index] ?? 0) !== index + 1) return undefined;
  if (isError(model, index) || spans.logs[index] || model.links.has(index)) return undefined;
  const notes = notesOf(model, index);
  if (notes.some(({ kind }) => kind !== 'statement')) return undefined;
  const statement = notes.map(({ text }) => text.slice(0, MAX_STATEMENT).replaceAll(LITERALS, '?')).join(';');
  return `${parent},${spans.name[index]},${spans.service[index]},${spans.kind[index]},${statement}`;
}
