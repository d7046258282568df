import {
  context,
  INVALID_SPAN_CONTEXT,
  SpanKind,
  trace,
  type Context,
  type Span,
  type SpanOptions,
  type Tracer,
  type TracerOptions,
  type TracerProvider,
} from '@opentelemetry/api';

import { guardedTracer } from './guarded-tracer.ts';

/** Names of the instrumentations of ours of which a second copy would make second spans, as each gives it to its tracer. */
const running = new Set<string>();

/** Notes that an instrumentation of ours has begun, beside which another copy of it is to stand back. */
export function noteRunning(instrumentationName: string): void {
  running.add(instrumentationName);
}

const FOR_US: unique symbol = Symbol('asked by this SDK');

/** Options as our own instrumentations pass them; the API hands on whatever it is given. */
interface OwnOptions extends TracerOptions {
  readonly [FOR_US]: true;
}

/** The same provider for the instrumentations that this SDK runs. All others stand back where we run the same. */
export function ownTracers(provider: TracerProvider): TracerProvider {
  const own = (options?: TracerOptions): OwnOptions => ({ ...options, [FOR_US]: true });
  return { getTracer: (name, version, options) => provider.getTracer(name, version, own(options)) };
}

/**
 * The tracer that a copy of an instrumentation is given which the application has registered beside ours: two would make two spans of
 * everything. Its spans stand for the one around them, once ours runs.
 */
export function standingBack(tracer: Tracer, name: string, options: TracerOptions | undefined): Tracer {
  const isOurs = options !== undefined && FOR_US in options;
  if (isOurs || !name.startsWith('@opentelemetry/instrumentation-')) return tracer;
  const chosen = () => (running.has(name) ? STAND_IN : tracer);
  return Object.assign(Object.create(tracer) as Tracer, {
    startSpan: (...args: Parameters<Tracer['startSpan']>) => chosen().startSpan(...args),
    startActiveSpan: (...args: unknown[]) => Reflect.apply(chosen().startActiveSpan, undefined, args) as unknown,
  });
}

/** Spans of callers that were stood in for, whose context ours injects. */
const callers = new WeakSet<Span>();

/** Whether the active span stands for one of ours that will put its own context on the message. */
export function isCallersStandIn(given: Context): boolean {
  const span = trace.getSpan(given);
  return span !== undefined && callers.has(span);
}

const STAND_IN = guardedTracer({
  startSpan(_name: string, options?: SpanOptions, given?: Context) {
    // Ours may be around it or inside it: what is active is nearer than what came with the request.
    const around = trace.getSpanContext(context.active()) ?? trace.getSpanContext(given ?? context.active());
    const span = trace.wrapSpanContext(around ?? INVALID_SPAN_CONTEXT);
    if (options?.kind === SpanKind.CLIENT || options?.kind === SpanKind.PRODUCER) callers.add(span);
    return span;
  },
} as Tracer);
