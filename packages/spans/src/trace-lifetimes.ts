import { reportFailure } from '@clew/diagnostics';
import { SpanStatusCode, trace, type Context } from '@opentelemetry/api';

import { isLocalRoot, localRootOf } from './local-root.ts';
import { SpanList } from './span-list.ts';
import { hasException, type ReadableSpan } from './readable-span.ts';

/**
 * The one book of the spans and traces that are open in this process: a trace is open from the start of its first local
 * root to the end of its last. A span processor writes it; subscribers hear what happens to a trace.
 *
 * ```
 *   spanStarted ─▶ rootStarted, spanStarted        contextInjected ─▶ contextInjected
 *   spanEnded   ─▶ spanEnded, firstError, rootEnded          giveUp ─▶ givenUp
 * ```
 *
 * It is bounded by 4,096 spans and 4,096 traces, the youngest. Telling it of a span twice is telling it once.
 */
export interface TraceLifetimes {
  /** @returns ends the subscription. The subscriber gets no events for what began before; `isOpen()` knows of it. */
  subscribe(observer: TraceObserver): () => void;

  /** For a span processor's `onStart`. */
  spanStarted(span: ReadableSpan): void;
  /** For a span processor's `onEnd`. */
  spanEnded(span: ReadableSpan): void;
  /** For a propagator that wrote this context into a carrier. */
  contextInjected(context: Context): void;
  /** For the end of the process. What is open stays in the book, and its end is told where it is seen after all. */
  giveUp(): void;

  /** Tells a trace that has an open local root. Known while somebody subscribes; false before. */
  isOpen(traceId: string): boolean;
  /** Tells a propagator that somebody wants to know about injections. */
  observesInjections(): boolean;
  /** The open spans, oldest first. */
  openSpans(): Iterable<ReadableSpan>;
  openSpanCount(): number;
}

/** Callbacks for events in the life of traces. One that throws is reported, and harms nobody else. */
export interface TraceObserver {
  /** @param isLocalRoot its parent is absent or remote */
  spanStarted?(span: ReadableSpan, isLocalRoot: boolean): void;
  /** Told once for each span, before what follows from its end. */
  spanEnded?(span: ReadableSpan, isLocalRoot: boolean): void;
  /** A local root has started. A trace that enters the process several times has several. */
  rootStarted?(traceId: string, span: ReadableSpan): void;
  /** The last open local root of the trace has ended. */
  rootEnded?(traceId: string, span: ReadableSpan): void;
  /** A span of the trace has ended as the first with an error or an exception event; after its end, any such span. */
  firstError?(traceId: string, span: ReadableSpan): void;
  /** Another process was told to continue the trace. */
  contextInjected?(traceId: string): void;
  /** The ends of these traces will not be seen, or come too late to act upon. */
  givenUp?(traceIds: readonly string[], cause: GiveUpCause): void;
}

/** `too many open`: the oldest trace had to leave the book. `end of process`: these are all that are open. */
export type GiveUpCause = 'too many open' | 'end of process';

interface OpenTrace {
  /** Id of a local root that has not ended: most traces have one and no more. */
  root: string | undefined;
  /** Ids of others. */
  others: Set<string> | undefined;
  hasFailed: boolean;
}

type Listeners = { readonly [Event in keyof TraceObserver]-?: readonly NonNullable<TraceObserver[Event]>[] };

/** A program that forgets to end its spans must not fill the memory. */
const MAX_OPEN = 4096;

// The preload and the application have copies of this module; who writes and who subscribes must meet.
const LIFETIMES: unique symbol = Symbol.for('clew.spans.lifetimes') as never;
const shared = globalThis as { [LIFETIMES]?: TraceLifetimes };

/** The book of this thread. */
export function traceLifetimes(): TraceLifetimes {
  return (shared[LIFETIMES] ??= createTraceLifetimes());
}

/** Creates an empty book. An application has one, which `traceLifetimes()` returns. */
// oxlint-disable-next-line max-lines-per-function -- its functions close over one book; none is long
export function createTraceLifetimes(): TraceLifetimes {
  const spans = new SpanList(MAX_OPEN);
  /** Kept while somebody subscribes: until then a span costs its place among the spans and no more. */
  const traces = new Map<string, OpenTrace>();
  let observers: readonly TraceObserver[] = [];
  let listeners = listenersOf(observers);

  function setObservers(next: readonly TraceObserver[]): void {
    if (observers.length === 0) for (const span of spans) if (isLocalRoot(span)) addRoot(span);
    if (next.length === 0) traces.clear();
    observers = next;
    listeners = listenersOf(next);
  }

  function addRoot(span: ReadableSpan): string {
    const { traceId, spanId } = span.spanContext();
    const open = traces.get(traceId);
    if (open === undefined) traces.set(traceId, { root: spanId, others: undefined, hasFailed: false });
    else (open.others ??= new Set()).add(spanId);
    return traceId;
  }

  function startRoot(span: ReadableSpan): void {
    tell(listeners.rootStarted, addRoot(span), span);
    if (traces.size <= MAX_OPEN) return;
    const [oldest] = traces.keys();
    if (oldest === undefined) return;
    traces.delete(oldest);
    tell(listeners.givenUp, [oldest], 'too many open');
  }

  function endRoot(span: ReadableSpan): void {
    const { traceId, spanId } = span.spanContext();
    const open = traces.get(traceId);
    if (open === undefined || !removeRoot(open, spanId)) return;
    if (open.root !== undefined || (open.others?.size ?? 0) > 0) return;
    traces.delete(traceId);
    tell(listeners.rootEnded, traceId, span);
  }

  function tellError(span: ReadableSpan): void {
    const { traceId } = span.spanContext();
    const open = traces.get(traceId);
    if (open?.hasFailed === true) return;
    if (open !== undefined) open.hasFailed = true;
    tell(listeners.firstError, traceId, span);
  }

  return {
    subscribe(observer) {
      setObservers([...observers, observer]);
      return () => setObservers(observers.filter((each) => each !== observer));
    },
    spanStarted(span) {
      if (!spans.add(span) || observers.length === 0) return;
      const isRoot = localRootOf(span) === span;
      if (isRoot) startRoot(span);
      tell(listeners.spanStarted, span, isRoot);
    },
    spanEnded(span) {
      const isFirstTold = spans.delete(span);
      if (observers.length === 0) return;
      const isRoot = localRootOf(span) === span;
      if (isFirstTold) tell(listeners.spanEnded, span, isRoot);
      if (hasFailed(span)) tellError(span);
      if (isRoot) endRoot(span);
    },
    contextInjected(context) {
      if (listeners.contextInjected.length === 0) return;
      const traceId = trace.getSpanContext(context)?.traceId;
      if (traceId !== undefined) tell(listeners.contextInjected, traceId, undefined);
    },
    giveUp: () => tell(listeners.givenUp, [...traces.keys()], 'end of process'),
    isOpen: (traceId) => traces.has(traceId),
    observesInjections: () => listeners.contextInjected.length > 0,
    openSpans: () => spans,
    openSpanCount: () => spans.size,
  };
}

/** False for a span that is none of its open roots. */
function removeRoot(open: OpenTrace, spanId: string): boolean {
  if (open.root !== spanId) return open.others?.delete(spanId) === true;
  open.root = undefined;
  return true;
}

function hasFailed(span: ReadableSpan): boolean {
  return span.status?.code === SpanStatusCode.ERROR || hasException(span);
}

function listenersOf(observers: readonly TraceObserver[]): Listeners {
  const of = <Event extends keyof TraceObserver>(event: Event) => {
    const listeners = observers.map((observer) => observer[event]?.bind(observer));
    return listeners.filter((listener) => listener !== undefined) as unknown as Listeners[Event];
  };
  return {
    spanStarted: of('spanStarted'),
    spanEnded: of('spanEnded'),
    rootStarted: of('rootStarted'),
    rootEnded: of('rootEnded'),
    firstError: of('firstError'),
    contextInjected: of('contextInjected'),
    givenUp: of('givenUp'),
  };
}

/** No `guard`: its closure would be one for each span. */
function tell<First, Second>(
  listeners: readonly ((first: First, second: Second) => void)[],
  first: First,
  second: Second,
): void {
  for (const listener of listeners) {
    try {
      listener(first, second);
    } catch (error) {
      reportFailure('an observer of traces', error);
    }
  }
}
