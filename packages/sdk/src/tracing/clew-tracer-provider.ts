import type { Context, Tracer, TracerOptions, TracerProvider } from '@opentelemetry/api';
import type { InstrumentationScope } from '@opentelemetry/core';
import type { Resource } from '@opentelemetry/resources';
import type { SpanLimits, SpanProcessor } from '@opentelemetry/sdk-trace';

import { usableScope } from '../guarded/usable/usable-scope.ts';
import { ignore } from '../otel/span-observer.ts';
import { timers } from '../otel/timers.ts';
import { ClewSpan, type SpanHooks, type SpanOrigin } from './clew-span.ts';
import { spanStarter, type SpanDecisions } from './clew-tracer.ts';
import { makeInspectable } from './inspect-span.ts';
import { standingBack } from './stand-in-tracer.ts';
import { tracerMethods } from './tracer-methods.ts';

/** A provider of tracers that take any call of the application without harm. */
export interface ClewTracerProvider extends TracerProvider {
  /** @throws (as a rejection) a list of what kept processors from flushing in time */
  forceFlush(options?: { readonly timeoutMillis?: number }): Promise<void>;
  shutdown(): Promise<void>;
}

export interface ClewTracerProviderOptions extends SpanDecisions {
  readonly resource: Resource;
  readonly spanLimits: Required<SpanLimits>;
  /** Called in their order; those of the application are guarded already. */
  readonly spanProcessors: readonly SpanProcessor[];
}

const FLUSH_TIMEOUT_MILLIS = 30_000;

/** Creates a provider whose tracers, spans and span processors are used as those of OpenTelemetry's SDK. */
export function createTracerProvider(options: ClewTracerProviderOptions): ClewTracerProvider {
  const { resource, spanProcessors } = options;
  const limits = withPositiveLength(options.spanLimits);
  const { attributeValueLengthLimit } = limits;
  const shared: Omit<SpanOrigin, 'scope'> = {
    resource,
    limits,
    eventLimits: { attributeCountLimit: limits.attributePerEventCountLimit, attributeValueLengthLimit },
    linkLimits: { attributeCountLimit: limits.attributePerLinkCountLimit, attributeValueLengthLimit },
    hooks: hooksOf(spanProcessors),
  };
  const tracers = new Map<string, Tracer>();
  makeInspectable(ClewSpan.prototype);

  return {
    getTracer(name: string, version?: string, tracerOptions?: TracerOptions): Tracer {
      const scope = scopeOf(...usableScope(name, version, tracerOptions));
      const key = `${scope.name}@${scope.version ?? ''}:${scope.schemaUrl ?? ''}`;
      const known = tracers.get(key);
      const tracer = known ?? tracerMethods(spanStarter({ ...shared, scope }, options));
      if (known === undefined) tracers.set(key, tracer);
      return standingBack(tracer, name, tracerOptions);
    },
    async forceFlush({ timeoutMillis = FLUSH_TIMEOUT_MILLIS } = {}) {
      const results = await Promise.all(spanProcessors.map((each) => flushed(each, timeoutMillis)));
      const errors = results.filter((error) => error !== undefined);
      // oxlint-disable-next-line typescript/only-throw-error -- as OpenTelemetry's provider does
      if (errors.length > 0) throw errors;
    },
    async shutdown() {
      await Promise.all(spanProcessors.map(async (each) => each.shutdown()));
    },
  };
}

function scopeOf(name: string, version: string | undefined, options: TracerOptions | undefined): InstrumentationScope {
  return { name, version, schemaUrl: options?.schemaUrl } as InstrumentationScope;
}

/** A limit that leaves nothing of a text is no limit. */
function withPositiveLength(limits: Required<SpanLimits>): Required<SpanLimits> {
  return limits.attributeValueLengthLimit > 0 ? limits : { ...limits, attributeValueLengthLimit: Infinity };
}

/** Most processors have no more than one hook: each span calls those that there are. */
function hooksOf(processors: readonly SpanProcessor[]): SpanHooks {
  const { starting, ending, ended } = {
    starting: processors.filter(({ onStart }) => onStart !== ignore),
    ending: processors.filter(({ onEnding }) => onEnding !== undefined && onEnding !== ignore),
    ended: processors.filter(({ onEnd }) => onEnd !== ignore),
  };
  return {
    onStart(span: ClewSpan, parent: Context) {
      for (const processor of starting) processor.onStart(span, parent);
    },
    onEnding(span: ClewSpan) {
      for (const processor of ending) processor.onEnding?.(span);
    },
    onEnd(span: ClewSpan) {
      for (const processor of ended) processor.onEnd(span);
    },
  };
}

/** What kept a processor from flushing, if anything did. */
async function flushed(processor: SpanProcessor, timeoutMillis: number): Promise<unknown> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<unknown>((resolve) => {
    const error = new Error(`timeout (${timeoutMillis}ms)`);
    timer = timers.setTimeout(() => resolve(error), timeoutMillis);
  });
  try {
    return await Promise.race([Promise.resolve(processor.forceFlush()).then(() => undefined), late]);
  } catch (error) {
    return error;
  } finally {
    timers.clearTimeout(timer);
  }
}
