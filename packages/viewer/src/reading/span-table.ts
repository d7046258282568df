import type { SpanRecord } from '../span-record.ts';
import type { Trace } from '../trace.ts';
import { type SpanNode, spanForest } from './span-forest.ts';

/**
 * Spans of a trace as the rows of its tree, from top to bottom: a parent stands before its children, and these by their
 * start. The n-th entry of each list is about the n-th row.
 */
export interface SpanTable {
  readonly spans: readonly SpanRecord[];
  /** Row of the parent; -1 where there is none or it has not arrived. */
  readonly parents: readonly number[];
  /** 0 at the top. */
  readonly depths: readonly number[];
  /** Rows at the top that are no roots. */
  readonly tops: Readonly<Record<number, 'orphan' | 'cycle'>>;
}

/** Lays the spans of a trace out in rows. Takes any depth and any parents, loops among them. */
export function spanTable(trace: Trace): SpanTable {
  const { roots, orphans, cycles } = spanForest(trace);
  const spans: SpanRecord[] = [];
  const parents: number[] = [];
  const depths: number[] = [];
  const tops: Record<number, 'orphan' | 'cycle'> = {};

  const isOrphan = new Set(orphans);
  const isCycle = new Set(cycles);
  const open: { readonly node: SpanNode; readonly parent: number; readonly depth: number }[] = [];
  for (const node of [...roots, ...orphans, ...cycles].toReversed()) open.push({ node, parent: -1, depth: 0 });
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { node, parent, depth } = next;
    const row = spans.push(node.span) - 1;
    parents.push(parent);
    depths.push(depth);
    if (depth === 0 && isOrphan.has(node)) tops[row] = 'orphan';
    if (depth === 0 && isCycle.has(node)) tops[row] = 'cycle';
    for (let child = node.children.length - 1; child >= 0; child--) {
      const each = node.children[child];
      if (each !== undefined) open.push({ node: each, parent: row, depth: depth + 1 });
    }
  }
  return { spans, parents, depths, tops };
}
