import { TraceFlags, type Span, type SpanContext, type TraceState } from '@opentelemetry/api';
import type { IdGenerator } from '@opentelemetry/sdk-trace';

/**
 * Stands for a span that is not recorded, and for those below it in this process but what is sent to others: nobody would see
 * how they differ. It carries what is propagated of the trace, and its ids stand in log lines.
 */
export class RefusedSpan implements Span {
  declare readonly _context: SpanContext;

  constructor(context: SpanContext) {
    this._context = context;
  }

  spanContext(): SpanContext {
    return this._context;
  }

  isRecording(): boolean {
    return false;
  }

  setAttribute(): this {
    return this;
  }

  setAttributes(): this {
    return this;
  }

  addEvent(): this {
    return this;
  }

  addLink(): this {
    return this;
  }

  addLinks(): this {
    return this;
  }

  setStatus(): this {
    return this;
  }

  updateName(): this {
    return this;
  }

  end(): void {}

  recordException(): void {}
}

/** The span that stands for one which is not recorded, and has this parent. */
export function refusedBelow(
  parent: SpanContext | undefined,
  generator: IdGenerator,
  traceState?: TraceState,
): RefusedSpan {
  const spanId = generator.generateSpanId();
  const traceId = parent === undefined ? generator.generateTraceId() : parent.traceId;
  return refused(traceId, spanId, traceState);
}

/** The span that stands for one which is not recorded, with these ids. */
export function refused(traceId: string, spanId: string, traceState: TraceState | undefined): RefusedSpan {
  const context: SpanContext = { traceId, spanId, traceFlags: TraceFlags.NONE };
  if (traceState !== undefined) context.traceState = traceState;
  return new RefusedSpan(context);
}
