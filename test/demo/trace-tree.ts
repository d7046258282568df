import { serviceName, type SpanRecord, type Trace } from '@clew/viewer';

/**
 * The spans of a trace as text: `name (service)`, two spaces per level. What a span did itself comes before what it
 * caused in other services, and each in the order it started. A span whose parent did not arrive is a root.
 */
export function traceTree({ spans }: Trace): string {
  const known = new Set(spans.map(({ spanId }) => spanId));
  const below = (parent: SpanRecord | undefined, indent: string): string[] =>
    spans
      .filter(({ parentSpanId }) =>
        parent === undefined ? !known.has(parentSpanId ?? '') : parentSpanId === parent.spanId,
      )
      .toSorted((a, b) => Number(isElsewhere(a, parent)) - Number(isElsewhere(b, parent)) || startOrder(a, b))
      .flatMap((span) => [`${indent}${span.name} (${serviceName(span.resource)})`, ...below(span, `${indent}  `)]);
  return below(undefined, '').join('\n');
}

function isElsewhere(span: SpanRecord, parent: SpanRecord | undefined): boolean {
  return parent !== undefined && serviceName(span.resource) !== serviceName(parent.resource);
}

function startOrder(a: SpanRecord, b: SpanRecord): number {
  return Number(a.startTimeUnixNano - b.startTimeUnixNano);
}
