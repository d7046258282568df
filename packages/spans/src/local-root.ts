import {
  context,
  INVALID_SPANID,
  INVALID_TRACEID,
  trace,
  type Context,
  type Span,
  type SpanContext,
} from '@opentelemetry/api';

import type { ReadableSpan } from './readable-span.ts';

/** A span that carries its local root. */
interface NotedSpan extends ReadableSpan {
  [LOCAL_ROOT]?: ReadableSpan;
}

// On the span, for all to read: the SDK's preload and the application have copies of this module.
const LOCAL_ROOT: unique symbol = Symbol.for('clew.local-root') as never;

/**
 * The span at which the active trace entered this process: the one whose parent is absent or remote. It is the place
 * for what is known late and concerns the whole request, e.g. the user's tier.
 *
 * With `@clew/sdk` every span knows its local root. With another SDK, those of this package do, and each span right
 * below a local root.
 *
 * @returns `undefined` outside every span, and where the local root cannot be told
 */
export function localRoot(): Span | undefined {
  const active = trace.getSpan(context.active());
  return active === undefined ? undefined : (localRootOf(active) as Span | undefined);
}

/**
 * Notes on a span that just started which local root it has. For span processors: with it, `localRoot()` works inside
 * spans that other instrumentations start.
 *
 * @param parentContext the context that the span was started in
 */
export function noteLocalRoot(span: Span, parentContext: Context): void {
  if (LOCAL_ROOT in span) return; // a tracer of ours has done it
  const parent = trace.getSpan(parentContext) as NotedSpan | undefined;
  const noted = parent?.[LOCAL_ROOT]; // most parents have it, and to look there costs less than to ask what they are
  const root = noted ?? (parent === undefined || !isLocal(parent.spanContext()) ? span : localRootOf(parent));
  if (root !== undefined && root !== span) (span as NotedSpan)[LOCAL_ROOT] = root;
}

/** Notes the local root of a span that is being made, for its shape never to change; `undefined` on one that is its own. */
export function putLocalRoot(span: ReadableSpan, root: ReadableSpan | undefined): void {
  (span as { [LOCAL_ROOT]?: ReadableSpan | undefined })[LOCAL_ROOT] = root;
}

/** Returns the local root of a span, the object that the tracer made; `undefined` where it cannot be told. */
export function localRootOf(span: ReadableSpan): ReadableSpan | undefined {
  return (span as NotedSpan)[LOCAL_ROOT] ?? (isLocalRoot(span) ? span : undefined);
}

/** Tells a span whose parent is absent or remote. A span that hides its parent may be anything, and is not one. */
export function isLocalRoot(span: ReadableSpan): boolean {
  if (!('parentSpanContext' in span)) return false;
  return span.parentSpanContext === undefined || !isLocal(span.parentSpanContext);
}

/** Asked for each span that starts: no regular expressions. */
function isLocal({ isRemote, spanId, traceId }: SpanContext): boolean {
  return isRemote !== true && spanId !== INVALID_SPANID && traceId !== INVALID_TRACEID;
}
