import { askCallback, guard, readProperty, reportFailure } from '@clew/diagnostics';
import {
  context,
  INVALID_SPAN_CONTEXT,
  isSpanContextValid,
  SpanKind,
  SpanStatusCode,
  trace,
  type Attributes,
  type Context,
  type HrTime,
  type Link,
  type Span,
  type SpanOptions as StartOptions,
  type Tracer,
} from '@opentelemetry/api';

import { findTracer } from './find-tracer.ts';
import { lightContext } from './light-context.ts';
import { noteLocalRoot } from './local-root.ts';
import { recordError } from './record-error.ts';
import type { SpanOptions } from './span-options.ts';
import { isLazyTracer, startLazily, type SpanDescription } from './start-lazily.ts';

/** Which spans to make: what is the same for every call of a wrapped function. */
export interface SpanPlan {
  readonly name: string;
  readonly options: SpanOptions<never>;
  /** The `code.*` attributes, if they are wanted. */
  readonly code?: Attributes | undefined;
}

/** A span that waits for its work to end. */
export interface OpenSpan {
  readonly span: Span;
  /** The context in which the work runs: the span is active in it. */
  readonly context: Context;
  readonly plan: SpanPlan;
  /** Milliseconds since the epoch, where the span does not tell: to ask the clock takes longer than the rest of what is here. */
  readonly startedAt: number | undefined;
  hasItems: boolean;
  isEnded: boolean;
  /** Called once, right before the span ends, with what was thrown if it failed. */
  readonly onEnd?: ((error?: unknown) => void) | undefined;
}

/** Field of spans that can be read. */
const START_TIME = 'startTime';

/** Attribute for the time from the start of the span to the first item of a stream: seconds, in whole milliseconds. */
const FIRST_ITEM = 'clew.time_to_first_item';

/**
 * Starts a span. `undefined` if there is nothing to trace: no SDK, tracing suppressed, a trace that is not recorded, or a
 * failure. Never throws.
 */
export function openSpan(plan: SpanPlan, args: readonly unknown[]): OpenSpan | undefined {
  try {
    const { tracer = findTracer(plan.options.tracerName), root } = plan.options;
    if (tracer === undefined) return undefined;
    const active = context.active();
    const parent = root === true ? trace.deleteSpan(active) : active;
    return opened(startSpanIn(parent, tracer, plan, args), parent, plan);
  } catch (error) {
    reportFailure('starting a span', error);
    return undefined;
  }
}

/** A span for work that is not traced. In a trace that is not recorded it has the ids of that. */
export function unrecordedSpan(): Span {
  const active = trace.getActiveSpan();
  const isInTrace = active !== undefined && !active.isRecording();
  return trace.wrapSpanContext(isInTrace ? active.spanContext() : INVALID_SPAN_CONTEXT);
}

/** A span of a kind that knows its context and its links better than a plan: of a message. */
export interface SpanStart extends Pick<OpenSpan, 'onEnd'> {
  readonly tracer: Tracer;
  readonly name: string;
  readonly kind: SpanKind;
  readonly parent: Context;
  /** Asked for where the SDK has not refused the span before. */
  describe(): SpanDescription;
}

/** Starts a span below the given context. `undefined` if there is nothing to trace. Never throws. */
export function openSpanIn({ tracer, name, kind, parent, describe, onEnd }: SpanStart): OpenSpan | undefined {
  try {
    const span = startLazily(tracer, name, kind, parent, describe);
    const isPropagated = isLazyTracer(tracer) && isSpanContextValid(span.spanContext()); // also what is not recorded
    return isPropagated ? openIn(span, parent, BARE_PLAN, onEnd) : opened(span, parent, BARE_PLAN, onEnd);
  } catch (error) {
    reportFailure('starting a span', error);
    return undefined;
  }
}

/** The result of such a span's work is followed when it is a promise; a queue takes nothing else. */
const BARE_PLAN: SpanPlan = { name: '', options: { drain: false } };

function opened(span: Span, parent: Context, plan: SpanPlan, onEnd?: OpenSpan['onEnd']): OpenSpan | undefined {
  return span.isRecording() || !addsNothing(span, parent) ? openIn(span, parent, plan, onEnd) : undefined;
}

function openIn(span: Span, parent: Context, plan: SpanPlan, onEnd: OpenSpan['onEnd']): OpenSpan {
  const isAround = trace.getSpan(parent) === span; // one that is refused stands for those below it
  if (!isAround) noteLocalRoot(span, parent);
  const inSpan = isAround ? parent : trace.setSpan(lightContext(parent), span);
  const startedAt = START_TIME in span ? undefined : Date.now();
  return { span, context: inSpan, plan, startedAt, hasItems: false, isEnded: false, onEnd };
}

/** Ends the span, unless it has ended. Never throws. */
export function endSpan(open: OpenSpan): void {
  if (open.isEnded) return;
  open.isEnded = true;
  if (open.onEnd !== undefined) tellEnd(open);
  endRecording(open);
}

function endWith(open: OpenSpan, error: unknown): void {
  if (open.isEnded) return; // meanwhile
  open.isEnded = true;
  if (open.onEnd !== undefined) tellEnd(open, error);
  endRecording(open);
}

function tellEnd(open: OpenSpan, ...thrown: [] | [error: unknown]): void {
  guard('the end of a span', undefined, () => open.onEnd?.(...thrown));
}

function endRecording(open: OpenSpan): void {
  try {
    if (open.span.isRecording()) open.span.end(); // the application may have ended it
  } catch (error) {
    reportFailure('ending a span', error);
  }
}

/** Ends the span with an error, if what was thrown is one. Never throws. */
export function failSpan(open: OpenSpan, error: unknown): void {
  if (open.isEnded) return;
  if (open.span.isRecording() && isError(open.plan, error)) recordError(open.span, error);
  endWith(open, error);
}

/**
 * Ends the span as failed where nothing was thrown: the application said so, or its work was cut off. Never throws.
 *
 * @param type stands as `error.type`
 */
export function rejectSpan(open: OpenSpan, type: string, message: string): void {
  if (open.isEnded) return;
  guard('rejecting a span', undefined, () => {
    open.span.setAttribute('error.type', type).setStatus({ code: SpanStatusCode.ERROR, message });
  });
  endWith(open, { name: type });
}

/** Notes how long the first item of a stream took. Further calls do nothing. */
export function noteItem(open: OpenSpan): void {
  if (open.hasItems || open.isEnded) return;
  open.hasItems = true;
  guard('noting the first item', undefined, () => {
    const millis = Math.max(0, Date.now() - startMillis(open));
    open.span.setAttribute(FIRST_ITEM, millis / 1000);
  });
}

function startMillis({ span, startedAt }: OpenSpan): number {
  if (startedAt !== undefined) return startedAt;
  const [seconds, nanos] = (span as unknown as { readonly [START_TIME]: HrTime })[START_TIME];
  return seconds * 1000 + Math.round(nanos / 1_000_000);
}

function startSpanIn(parent: Context, tracer: Tracer, plan: SpanPlan, args: readonly unknown[]): Span {
  const name = typeof plan.name === 'string' ? plan.name : 'unnamed';
  const { kind, attributes, links } = plan.options;
  const bare: StartOptions | undefined = kind === undefined ? undefined : { kind };
  if (attributes === undefined && links === undefined && plan.code === undefined) {
    return tracer.startSpan(name, bare, parent);
  }
  try {
    return startLazily(tracer, name, kind ?? SpanKind.INTERNAL, parent, () => descriptionOf(plan, args));
  } catch (error) {
    reportFailure('starting a span with its attributes', error);
    return tracer.startSpan(name, bare, parent);
  }
}

function descriptionOf(plan: SpanPlan, args: readonly unknown[]): SpanDescription {
  return guard('starting a span with its attributes', {}, () => attributesAndLinks(plan, args));
}

function attributesAndLinks({ code, options }: SpanPlan, args: readonly unknown[]): SpanDescription {
  const { attributes, links } = options;
  const own =
    typeof attributes === 'function'
      ? askCallback('the attributes function of a span', undefined, () => attributes(...(args as never)))
      : attributes;
  return {
    attributes: { ...code, ...own },
    links: links?.filter(hasSpanContext) ?? [],
  };
}

/** One without a span context would throw when it is exported, and take its batch along. */
function hasSpanContext(link: Partial<Link> | null | undefined): boolean {
  return link?.context != null && isSpanContextValid(link.context);
}

/** A tracer that does nothing hands out an invalid span, or the parent once more. */
function addsNothing(span: Span, parent: Context): boolean {
  const spanContext = span.spanContext();
  return !isSpanContextValid(spanContext) || spanContext.spanId === trace.getSpanContext(parent)?.spanId;
}

function isError({ options }: SpanPlan, error: unknown): boolean {
  if (readProperty(error, 'name') === 'AbortError') return false;
  const { isError } = options;
  return isError === undefined || askCallback('the isError option of a span', true, () => isError(error));
}
