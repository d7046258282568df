import {
  context,
  INVALID_SPANID,
  INVALID_TRACEID,
  trace,
  type Context,
  type Span,
  type SpanContext,
} from '@opentelemetry/api';

/** A span that carries its local root, and what the spans of OpenTelemetry's SDK let read. */
interface NotedSpan extends Span {
  [LOCAL_ROOT]?: Span;
  readonly parentSpanContext?: SpanContext;
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
  return active === undefined ? undefined : rootOf(active);
}

/**
 * Notes on a span that just started which local root it has. For span processors: with it, `localRoot()` works inside
 * spans that other instrumentations start.
 *
 * @param parentContext the context that the span was started in
 */
export function noteLocalRoot(span: Span, parentContext: Context): void {
  const parent = trace.getSpan(parentContext);
  const root = parent === undefined || !isLocal(parent.spanContext()) ? span : rootOf(parent);
  if (root !== undefined && root !== rootOf(span)) (span as NotedSpan)[LOCAL_ROOT] = root;
}

function rootOf(span: NotedSpan): Span | undefined {
  return span[LOCAL_ROOT] ?? (isLocalRoot(span) ? span : undefined);
}

/** Read off the span; a span that hides its parent may be anything. */
function isLocalRoot(span: NotedSpan): boolean {
  if (!('parentSpanContext' in span)) return false;
  return span.parentSpanContext === undefined || !isLocal(span.parentSpanContext);
}

/** Asked for each span that starts: no regular expressions. */
function isLocal({ isRemote, spanId, traceId }: SpanContext): boolean {
  return isRemote !== true && spanId !== INVALID_SPANID && traceId !== INVALID_TRACEID;
}
