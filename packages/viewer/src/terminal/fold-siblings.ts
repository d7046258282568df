import { serviceName } from '../resource.ts';
import { hasError } from '../span-record.ts';
import type { SpanNode } from '../reading/span-forest.ts';
import { spanLabel } from '../reading/span-label.ts';

/** From how many on equal siblings become one row. */
const FOLD_FROM = 3;

/**
 * Puts siblings that differ in nothing but their times together: same name, service and kind, no children, no error and
 * nothing else to show (`isPlain`). Each list is one row; it stands where its first span stood.
 */
export function foldSiblings(siblings: readonly SpanNode[], isPlain: (node: SpanNode) => boolean): SpanNode[][] {
  const groups = new Map<SpanNode | string, SpanNode[]>();
  for (const node of siblings) {
    const mayFold = node.children.length === 0 && !hasError(node.span) && isPlain(node);
    const key = mayFold
      ? JSON.stringify([spanLabel(node.span), node.span.kind, serviceName(node.span.resource)])
      : node;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [node]);
    else group.push(node);
  }
  return [...groups.values()].flatMap((group) => (group.length >= FOLD_FROM ? [group] : group.map((node) => [node])));
}
