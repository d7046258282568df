import type { SpanRecord } from '../span-record.ts';
import { isTopLocalRoot, type Trace } from '../trace.ts';

export interface SpanNode {
  readonly span: SpanRecord;
  /** The earliest first. */
  readonly children: SpanNode[];
}

/** The spans of a trace as trees: every span is in exactly one of them. */
export interface SpanForest {
  /** Spans without a parent, and local roots whose caller was not seen. */
  readonly roots: SpanNode[];
  /** Spans from the inside of a service whose parent has not arrived. */
  readonly orphans: SpanNode[];
  /** Spans that are their own ancestors, cut loose from their parents. */
  readonly cycles: SpanNode[];
}

/** Links spans to their parents. Takes any depth and any parents, loops among them. */
export function spanForest({ spans }: Trace): SpanForest {
  const nodes = new Map<string, SpanNode>();
  for (const span of spans) nodes.set(span.spanId, { span, children: [] });
  const inOrder = [...nodes.values()].sort(byStart);

  const roots: SpanNode[] = [];
  const orphans: SpanNode[] = [];
  for (const node of inOrder) {
    const parent = parentOf(node, nodes);
    if (parent !== undefined) parent.children.push(node);
    else if (isTopLocalRoot(node.span, (spanId) => nodes.has(spanId))) roots.push(node);
    else orphans.push(node);
  }
  return { roots, orphans, cycles: cutCycles(inOrder, nodes, [...roots, ...orphans]) };
}

/** Cuts the loops that keep the other nodes from the roots. Each loop loses the link into its earliest span. */
function cutCycles(inOrder: readonly SpanNode[], nodes: ReadonlyMap<string, SpanNode>, tops: SpanNode[]): SpanNode[] {
  const reached = new Set<SpanNode>();
  const cycles: SpanNode[] = [];
  for (const top of tops) reach(top, reached);
  for (const node of inOrder) {
    if (reached.has(node)) continue;
    const first = loopAbove(node, nodes).sort(byStart)[0] ?? node;
    const siblings = parentOf(first, nodes)?.children;
    siblings?.splice(siblings.indexOf(first), 1);
    cycles.push(first);
    reach(first, reached);
  }
  return cycles;
}

function loopAbove(node: SpanNode, nodes: ReadonlyMap<string, SpanNode>): SpanNode[] {
  const path = new Set<SpanNode>();
  let above: SpanNode | undefined = node;
  while (above !== undefined && !path.has(above)) {
    path.add(above);
    above = parentOf(above, nodes);
  }
  const steps = [...path];
  return above === undefined ? [] : steps.slice(steps.indexOf(above));
}

function reach(top: SpanNode, reached: Set<SpanNode>): void {
  const open = [top];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (reached.has(node)) continue;
    reached.add(node);
    for (const child of node.children) open.push(child);
  }
}

function parentOf(node: SpanNode, nodes: ReadonlyMap<string, SpanNode>): SpanNode | undefined {
  return node.span.parentSpanId === undefined ? undefined : nodes.get(node.span.parentSpanId);
}

function byStart(a: SpanNode, b: SpanNode): number {
  const [start, other] = [a.span.startTimeUnixNano, b.span.startTimeUnixNano];
  return start < other ? -1 : Number(start > other);
}
