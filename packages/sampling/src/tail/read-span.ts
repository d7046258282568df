import type { SpanContext, SpanKind, TraceState } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';

import type { EndedSpan, StartedRoot } from './ended-span.ts';

/** Changes facts of a span that will be changed alike before it is exported. */
export interface FactFilter {
  name(name: string): string;
  attribute(key: string, value: unknown): unknown;
}

/**
 * Reads the facts of an ended span of OpenTelemetry's SDK, each when it is asked for.
 *
 * @param filter changes its name and its attributes. Default: none
 */
export function endedSpan(span: ReadableSpan, filter?: FactFilter): EndedSpan {
  return new EndedSpanFacts(span, filter);
}

/** Most facts of most spans are never asked for: an object with all of them would cost more than the decision. */
class EndedSpanFacts implements EndedSpan {
  readonly #span: ReadableSpan;
  readonly #context: SpanContext;
  readonly #filter: FactFilter | undefined;

  constructor(span: ReadableSpan, filter: FactFilter | undefined) {
    this.#span = span;
    this.#filter = filter;
    this.#context = span.spanContext();
  }

  get traceId(): string {
    return this.#context.traceId;
  }

  get spanId(): string {
    return this.#context.spanId;
  }

  get traceFlags(): number {
    return this.#context.traceFlags;
  }

  get traceState(): string {
    return textOf(this.#context.traceState);
  }

  get parentSpanId(): string | undefined {
    return this.#span.parentSpanContext?.spanId;
  }

  get isParentRemote(): boolean {
    return this.#span.parentSpanContext?.isRemote === true;
  }

  get name(): string {
    const { name } = this.#span;
    return this.#filter === undefined ? name : this.#filter.name(name);
  }

  get kind(): SpanKind {
    return this.#span.kind;
  }

  get status(): EndedSpan['status'] {
    return this.#span.status;
  }

  get durationMillis(): number {
    const [seconds, nanos] = this.#span.duration;
    return seconds * 1e3 + nanos / 1e6;
  }

  get resource(): EndedSpan['resource'] {
    return this.#span.resource;
  }

  attribute(key: string): unknown {
    const { attributes } = this.#span;
    const value = Object.hasOwn(attributes, key) ? attributes[key] : undefined;
    return value === undefined || this.#filter === undefined ? value : this.#filter.attribute(key, value);
  }
}

/** Reads the facts of a span that starts; `undefined` for one that has its parent in this process. */
export function startedRoot(span: Pick<ReadableSpan, 'spanContext' | 'parentSpanContext'>): StartedRoot | undefined {
  const parent = span.parentSpanContext;
  if (parent !== undefined && parent.isRemote !== true) return undefined;
  const { traceId, traceFlags, traceState } = span.spanContext();
  return { traceId, traceFlags, traceState: textOf(traceState), parentFlags: parent?.traceFlags };
}

// Trace states do not change, and writing one takes longer than all else here. A second copy of this module writes them once more.
let lastState: TraceState | undefined;
let lastText = '';

function textOf(traceState: TraceState | undefined): string {
  if (traceState === undefined) return '';
  if (traceState !== lastState) {
    lastText = traceState.serialize();
    lastState = traceState;
  }
  return lastText;
}
