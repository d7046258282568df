import type { Attributes, Link, SpanKind, Tracer } from '@opentelemetry/api';

/** Options of a span: what it starts with and when it ends. `Args` are the arguments of the wrapped function. */
export interface SpanOptions<Args extends readonly unknown[] = []> {
  /**
   * Attributes of the span, or a function that makes them from the arguments of each call. The sampler sees them. A
   * function that throws costs the attributes and is said on stderr once.
   */
  attributes?: Attributes | ((...args: Args) => Attributes | undefined);
  /** Default: `SpanKind.INTERNAL`. */
  kind?: SpanKind;
  /** Links to spans of other traces. Those without a valid span context are left out. */
  links?: readonly Link[];
  /** Starts a trace of its own instead of a child of the active span. Default: false. */
  root?: boolean;
  /** Whether what was thrown makes the span an error. An `AbortError` never does. Default: everything else does. */
  isError?: (error: unknown) => boolean;
  /**
   * Adds `code.function.name`, and `code.file.path` and `code.line.number` of the place that calls `span`, `traced`,
   * `tracedAll` or `startSpan`. Default: false.
   */
  code?: boolean;
  /**
   * Whether the span of a generator, an async iterable, a stream or a `Response` lasts until that is drained,
   * cancelled or failed. Otherwise it ends when the function has returned it. Default: true.
   */
  drain?: boolean;
  /**
   * Takes the result for an `EventEmitter` or an `EventTarget`: its span ends at the first of these events, and fails
   * at an `error` event.
   */
  endOn?: readonly string[];
  /** The tracer to use, in place of one named `tracerName` from the global provider. */
  tracer?: Tracer;
  /** The instrumentation scope of the span. Default: `@clew/spans`. */
  tracerName?: string;
}
