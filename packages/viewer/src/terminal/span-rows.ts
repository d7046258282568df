import type { SpanRecord } from '../span-record.ts';
import type { SpanForest, SpanNode } from '../reading/span-forest.ts';
import { spanLabel } from '../reading/span-label.ts';
import { foldSiblings } from './fold-siblings.ts';
import type { TreeLines } from './tree-lines.ts';

/** One line of a tree: a span, several equal ones, or a heading above spans that have no place of their own. */
export interface Row {
  readonly heading: string | undefined;
  /** One span, or the equal siblings of a folded row; none for a heading. */
  readonly spans: readonly SpanRecord[];
  readonly children: readonly SpanNode[];
  readonly parent: SpanRecord | undefined;
  readonly depth: number;
  /** The tree lines in front of the row, e.g. `│  └─ `. */
  readonly lead: string;
  /** The tree lines in front of what stands below the row. */
  readonly guides: string;
}

/**
 * The rows of a forest from top to bottom.
 *
 * @param isPlain whether nothing would stand below the row of a span: only such spans are folded
 */
export function* spanRows(
  forest: SpanForest,
  isPlain: (node: SpanNode) => boolean,
  tree: TreeLines,
): Generator<Row, undefined> {
  const open = topRows(forest);
  for (let row = open.pop(); row !== undefined; row = open.pop()) {
    yield row;
    const [span] = row.spans;
    const groups = foldSiblings(row.children, isPlain);
    for (const [index, group] of [...groups.entries()].toReversed()) {
      const isLast = index === groups.length - 1;
      const indented = row.depth < tree.maxDepth;
      open.push({
        heading: undefined,
        spans: group.map((node) => node.span),
        children: group[0]?.children ?? [],
        parent: span,
        depth: row.depth + 1,
        lead: indented ? row.guides + (isLast ? tree.lastBranch : tree.branch) : row.lead,
        guides: indented ? row.guides + (isLast ? tree.none : tree.pass) : row.guides,
      });
    }
  }
  return undefined;
}

function topRows({ roots, orphans, cycles }: SpanForest): Row[] {
  const top = { heading: undefined, parent: undefined, depth: 0, lead: '', guides: '' };
  const rows: Row[] = roots.map(({ span, children }) => ({ ...top, spans: [span], children }));
  if (orphans.length > 0) rows.push({ ...top, heading: 'parent not received', spans: [], children: orphans });
  for (const node of cycles) {
    rows.push({ ...top, heading: `cycle: ${spanLabel(node.span)} is its own ancestor`, spans: [], children: [node] });
  }
  return rows.toReversed();
}
