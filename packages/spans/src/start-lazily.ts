import type { Attributes, Context, Span, SpanKind, SpanOptions, Tracer } from '@opentelemetry/api';

/** All that describes a span beside its name and its kind. */
export interface SpanDescription extends Omit<SpanOptions, 'kind' | 'root'> {
  /** The attributes were made for this span, by us: the span takes the object itself. */
  readonly isOwn?: boolean;
}

/** A tracer that decides about a span before anybody has put together what describes it. */
export interface LazyTracer extends Tracer {
  /**
   * @param describe is called where the span may be recorded
   * @param facts is called where rules about the start of a trace ask for them: `http.request.method`, `url.path` and
   *   `server.address`, as `describe` has them
   */
  [LAZILY]?(
    name: string,
    kind: SpanKind,
    parent: Context,
    describe: () => SpanDescription,
    facts?: () => Attributes,
  ): Span;
}

// The SDK's preload makes the tracer, and the application's copy of this module asks it.
export const LAZILY: unique symbol = Symbol.for('clew.start-lazily') as never;

/**
 * Starts a span whose attributes and links are asked for only if it may be recorded: they are the larger part of its cost. Below
 * a span that was refused, it may be that span itself, unless it is sent to others.
 */
export function startLazily(
  tracer: Tracer,
  name: string,
  kind: SpanKind,
  parent: Context,
  describe: () => SpanDescription,
  facts?: () => Attributes,
): Span {
  if (isLazyTracer(tracer)) return tracer[LAZILY](name, kind, parent, describe, facts);
  return tracer.startSpan(name, { ...describe(), kind }, parent);
}

/** Tells a tracer that makes spans, if it is not asked to suppress them. */
export const isLazyTracer = (tracer: Tracer): tracer is Required<LazyTracer> => LAZILY in tracer;
