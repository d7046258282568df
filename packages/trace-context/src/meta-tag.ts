import type { TraceContext } from './trace-context.ts';
import { formatTraceparent } from './traceparent.ts';

/**
 * The element that gives a page the trace it was made in, for its `<head>`. In the browser,
 * `parseTraceparent(document.querySelector('meta[name=traceparent]')?.content)` reads it. It consists of ids, which
 * need no escaping.
 */
export function metaTagFor(context: TraceContext): string {
  return `<meta name="traceparent" content="${formatTraceparent(context.traceparent)}">`;
}
