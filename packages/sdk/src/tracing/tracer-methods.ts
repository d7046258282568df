import { placeOfError, guard, reportFailure, reportOnce } from '@clew/diagnostics';
import {
  context,
  INVALID_SPAN_CONTEXT,
  ROOT_CONTEXT,
  SpanKind,
  trace,
  type Attributes,
  type Context,
  type Span,
  type Tracer,
} from '@opentelemetry/api';
import { LAZILY, type LazyTracer, type SpanDescription } from '@clew/spans/internal';

import { aKindOf } from '../guarded/usable/input-in-words.ts';
import { usableContext } from '../guarded/usable/usable-context.ts';
import { usableName } from '../guarded/usable/usable-name.ts';

type Callback = (span: Span) => unknown;

/**
 * Starts a span with a usable name in a context; may throw. The options are what the application gave, or a kind alone where
 * `describe` has the rest.
 */
export type StartSpan = (
  name: string,
  options: unknown,
  parent: Context,
  describe?: () => SpanDescription,
  facts?: () => Attributes,
) => Span;

const UNKNOWN = 'unknown';

const OF_KIND: Readonly<Partial<Record<SpanKind, { readonly kind: SpanKind }>>> = {
  [SpanKind.INTERNAL]: { kind: SpanKind.INTERNAL },
  [SpanKind.SERVER]: { kind: SpanKind.SERVER },
  [SpanKind.CLIENT]: { kind: SpanKind.CLIENT },
  [SpanKind.PRODUCER]: { kind: SpanKind.PRODUCER },
  [SpanKind.CONSUMER]: { kind: SpanKind.CONSUMER },
};

/**
 * The methods of a tracer, which throw nothing into the application whatever they are called with. Usable arguments are
 * used. Only exceptions of the application's own callbacks pass.
 */
export function tracerMethods(start: StartSpan): Required<LazyTracer> {
  const startIn = (
    parent: Context,
    name: string,
    options: unknown,
    describe?: () => SpanDescription,
    facts?: () => Attributes,
  ): Span => {
    try {
      return start(name, options, parent, describe, facts);
    } catch (error) {
      reportOnce(
        'starting a span',
        `cannot start the span as asked (${placeOfError(error)}); starting one without options and parent`,
      );
      return startBare(name);
    }
  };
  // Where the context or the parent in it is broken, another context helps; where our own parts are, nothing does.
  const startBare = (name: string) =>
    guard('starting a bare span', trace.wrapSpanContext(INVALID_SPAN_CONTEXT), () => start(name, {}, ROOT_CONTEXT));

  const startSpan = (name: unknown, options?: unknown, given?: unknown): Span => {
    return startIn(contextOf(given), usableName('span name', name, UNKNOWN), options);
  };
  // One function, and so one frame in every stack below it.
  const startActiveSpan = (name: unknown, second: unknown, third: unknown, fourth: unknown): unknown => {
    const hasOptions = !isFunction(second);
    const hasContext = hasOptions && !isFunction(third);
    const callback = hasContext ? fourth : hasOptions ? third : second;
    if (!isFunction(callback)) {
      const kind = aKindOf(callback);
      reportOnce('startActiveSpan', `startActiveSpan() expected a function, got ${kind}; no span is started`);
      return undefined;
    }
    const parent = contextOf(hasContext ? third : undefined);
    const span = startIn(parent, usableName('span name', name, UNKNOWN), hasOptions ? second : undefined);
    return context.with(withSpan(parent, span), callback, undefined, span);
  };
  const startLazily: LazyTracer[typeof LAZILY] = (name, kind, parent, describe, facts) =>
    startIn(parent, usableName('span name', name, UNKNOWN), OF_KIND[kind] ?? { kind }, describe, facts);
  return { startSpan, startActiveSpan, [LAZILY]: startLazily } as Required<LazyTracer>;
}

/** The methods on an object that stands before the tracer, and has its other properties. */
export function withTracerMethods(tracer: Tracer, start: StartSpan): Tracer {
  return Object.assign(Object.create(tracer) as object, tracerMethods(start));
}

function isFunction(value: unknown): value is Callback {
  return typeof value === 'function';
}

function contextOf(given: unknown): Context {
  if (given === undefined) return context.active();
  return usableContext(given);
}

function withSpan(parent: Context, span: Span): Context {
  try {
    return trace.setSpan(parent, span);
  } catch (error) {
    reportFailure('making a span active', error);
    return parent;
  }
}
