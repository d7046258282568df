import type { SpanForest, SpanNode } from '../reading/span-forest.ts';

/** Looks of the lines of a tree, and their greatest depth. */
export interface TreeLines {
  readonly branch: string;
  readonly lastBranch: string;
  readonly pass: string;
  readonly none: string;
  /** The depth from which on rows are not indented further. */
  readonly maxDepth: number;
}

const WIDE = { branch: '├─ ', lastBranch: '└─ ', pass: '│  ', none: '   ' };
const NARROW = { branch: '├ ', lastBranch: '└ ', pass: '│ ', none: '  ' };

/** The lines for a forest whose tree may take so many columns: narrower ones where it is deep. */
export function treeLinesFor(forest: SpanForest, columns: number): TreeLines {
  const maxDepth = Math.floor(columns / WIDE.branch.length);
  if (depthOf(forest) <= maxDepth) return { ...WIDE, maxDepth };
  return { ...NARROW, maxDepth: Math.floor(columns / NARROW.branch.length) };
}

/** The depth of the deepest span; roots have 0, and those below a heading 1. */
function depthOf({ roots, orphans, cycles }: SpanForest): number {
  let depth = 0;
  let level: readonly SpanNode[] = [...roots.flatMap(({ children }) => children), ...orphans, ...cycles];
  for (; level.length > 0; depth++) level = level.flatMap(({ children }) => children);
  return depth;
}
