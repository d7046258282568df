import { shapeOfSpan } from '../reading/database-statement.ts';
import { destinationFact } from '../reading/message-facts.ts';
import type { SpanNode } from '../reading/span-forest.ts';
import { spanLabel } from '../reading/span-label.ts';
import { serviceName } from '../resource.ts';
import { hasError } from '../span-record.ts';

/** From how many on equal siblings become one row. */
const FOLD_FROM = 3;

/**
 * Puts siblings that differ in nothing but their times, and the values in their statements, together: same name, service,
 * kind and destination, no children, no error and nothing else to show (`isPlain`). Each list is one row; it stands where
 * its first span stood.
 */
export function foldSiblings(siblings: readonly SpanNode[], isPlain: (node: SpanNode) => boolean): SpanNode[][] {
  if (siblings.length < FOLD_FROM) return siblings.map((node) => [node]);
  const groups = new Map<SpanNode | string, SpanNode[]>();
  for (const node of siblings) {
    const mayFold = node.children.length === 0 && !hasError(node.span) && isPlain(node);
    const key = mayFold ? keyOf(node) : node;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [node]);
    else group.push(node);
  }
  return [...groups.values()].flatMap((group) => (group.length >= FOLD_FROM ? [group] : group.map((node) => [node])));
}

function keyOf({ span }: SpanNode): string {
  const { kind, resource } = span;
  return JSON.stringify([spanLabel(span), kind, serviceName(resource), shapeOfSpan(span), destinationFact(span)]);
}
