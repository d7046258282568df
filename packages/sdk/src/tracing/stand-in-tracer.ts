import {
  context,
  INVALID_SPAN_CONTEXT,
  SpanKind,
  trace,
  type Context,
  type Span,
  type Tracer,
  type TracerOptions,
  type TracerProvider,
} from '@opentelemetry/api';

import { readProperty } from '@clew/diagnostics';

import { tracerMethods } from './tracer-methods.ts';
import { unendingSpan } from './unending-span.ts';

/** State that the files of this package share which are bundled, each with a copy of this module. */
interface Shared {
  /** Names of running instrumentations, as each gives its own to its tracer. */
  readonly running: Set<string>;
  /** Stand-ins for spans of outgoing requests and messages, into which our own span's context is injected. */
  readonly callers: WeakSet<Span>;
}

const SHARED: unique symbol = Symbol.for('clew.sdk.stand-ins') as never;
const holder = globalThis as { [SHARED]?: Shared };
const { running, callers } = (holder[SHARED] ??= { running: new Set(), callers: new WeakSet() });

/** Makes other copies of this instrumentation stand back from now on. */
export function noteRunning(instrumentationName: string): void {
  running.add(instrumentationName);
}

const FOR_US: unique symbol = Symbol.for('clew.sdk.asks') as never;

/** Options as our own instrumentations pass them; the API hands on whatever it is given. */
interface OwnOptions extends TracerOptions {
  readonly [FOR_US]: true;
}

/** The same provider, for the instrumentations that this SDK runs itself. */
export function ownTracers(provider: TracerProvider): TracerProvider {
  const own = (options?: TracerOptions): OwnOptions => ({ ...options, [FOR_US]: true });
  return { getTracer: (name, version, options) => provider.getTracer(name, version, own(options)) };
}

/**
 * Tracer for whoever asks by the API. An instrumentation that the application registers beside our copy of it gets one whose
 * spans stand for the one around them: each request would have two spans.
 */
export function standingBack(tracer: Tracer, name: unknown, options: unknown): Tracer {
  if (typeof name !== 'string' || !name.startsWith('@opentelemetry/instrumentation-')) return tracer;
  if (readProperty(options, FOR_US) === true) return tracer;
  const chosen = () => (running.has(name) ? STAND_IN : tracer);
  return Object.assign(Object.create(tracer) as Tracer, {
    startSpan: (...args: Parameters<Tracer['startSpan']>) => chosen().startSpan(...args),
    startActiveSpan: (...args: unknown[]) => Reflect.apply(chosen().startActiveSpan, undefined, args) as unknown,
  });
}

/** Tells whether the span in a context stands for one of ours, which injects its own context. */
export function isCallersStandIn(given: Context): boolean {
  const span = trace.getSpan(given);
  return span !== undefined && callers.has(span);
}

const STAND_IN: Tracer = tracerMethods((_name, options, given) => {
  // Ours may be around it or inside it: what is active is nearer than what came with the request.
  const active = trace.getSpan(context.active());
  const kind = readProperty(options, 'kind');
  if (kind === SpanKind.SERVER && active !== undefined) return unendingSpan(active);
  const around = active?.spanContext() ?? trace.getSpanContext(given);
  const span = trace.wrapSpanContext(around ?? INVALID_SPAN_CONTEXT);
  if (kind === SpanKind.CLIENT || kind === SpanKind.PRODUCER) callers.add(span);
  return span;
});
