import { placeOfError, guard, reportFailure, reportOnce } from '@clew/diagnostics';
import {
  context,
  INVALID_SPAN_CONTEXT,
  ROOT_CONTEXT,
  trace,
  type Context,
  type Span,
  type Tracer,
} from '@opentelemetry/api';
import { REFUSED, type RefusingTracer } from '@clew/spans/internal';

import { aKindOf } from '../guarded/usable/input-in-words.ts';
import { usableContext } from '../guarded/usable/usable-context.ts';
import { usableName } from '../guarded/usable/usable-name.ts';
import { refusedAhead, type Refuses } from './refused-ahead.ts';

type Callback = (span: Span) => unknown;

/** Starts a span with a usable name in a context; may throw. The options are what the application gave. */
export type StartSpan = (name: string, options: unknown, parent: Context) => Span;

const UNKNOWN = 'unknown';

/**
 * The methods of a tracer, which throw nothing into the application whatever they are called with. Usable arguments are
 * used. Only exceptions of the application's own callbacks pass.
 *
 * @param refuses for a sampler that needs no attributes: nobody who asks before has to put them together
 */
export function tracerMethods(start: StartSpan, refuses?: Refuses): Required<RefusingTracer> {
  const startIn = (parent: Context, name: string, options: unknown): Span => {
    try {
      return start(name, options, parent);
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
  const refused = (parent: Context) => refuses && refusedAhead(refuses, parent);
  return { startSpan, startActiveSpan, [REFUSED]: refused } as Required<RefusingTracer>;
}

/** The methods on an object that stands before the tracer, and has its other properties. */
export function withTracerMethods(tracer: Tracer, start: StartSpan, refuses?: Refuses): Tracer {
  return Object.assign(Object.create(tracer) as object, tracerMethods(start, refuses));
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
