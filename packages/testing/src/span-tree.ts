/** Fields of a span that a tree needs. */
export interface TreeSpan {
  readonly name: string;
  readonly spanId: string;
  readonly parentSpanId?: string | undefined;
  /** The message of the error status, `''` if it has none; absent unless the status is an error. */
  readonly error?: string | undefined;
  readonly open?: boolean;
}

const ROOT = ''; // no span id is empty

/**
 * Renders spans as text, one line each: two spaces per level, ` !message` after a span that ended in error, ` (open)`
 * after one that has not ended. Siblings keep the order they are given in; a span whose parent is not among them
 * (remote, or not recorded) is a root.
 */
export function spanTree(spans: readonly TreeSpan[]): string {
  const ids = new Set(spans.map(({ spanId }) => spanId));
  const childrenOf = new Map<string, TreeSpan[]>();
  for (const span of spans) {
    const parent = span.parentSpanId !== undefined && ids.has(span.parentSpanId) ? span.parentSpanId : ROOT;
    const siblings = childrenOf.get(parent);
    if (siblings === undefined) childrenOf.set(parent, [span]);
    else siblings.push(span);
  }
  return (childrenOf.get(ROOT) ?? []).map((root) => subtree(root, childrenOf, '')).join('\n');
}

function subtree(span: TreeSpan, childrenOf: ReadonlyMap<string, TreeSpan[]>, indent: string): string {
  const children = childrenOf.get(span.spanId) ?? [];
  return [indent + describe(span), ...children.map((child) => subtree(child, childrenOf, `${indent}  `))].join('\n');
}

function describe({ name, error, open }: TreeSpan): string {
  return name + (error === undefined ? '' : ` !${error}`) + (open ? ' (open)' : '');
}
