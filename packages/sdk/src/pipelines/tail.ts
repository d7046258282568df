import { threadId } from 'node:worker_threads';

import {
  createSpanHolder,
  createTickTimer,
  createTraceTable,
  endedSpan,
  startedRoot,
  type BudgetSharing,
  type FactFilter,
  type PolicyEngine,
  type SpanSink,
  type TraceTable,
} from '@clew/sampling/internal';
import type { ReadableSpan, SpanProcessor } from '@opentelemetry/sdk-trace';

import { drop, type Account } from '../outbox/account.ts';
import type { SpanFormat } from '../outbox/encoding/span-format.ts';
import type { Arena } from '../outbox/queue/arena.ts';
import { createBlockStore, type Handle } from '../outbox/queue/block-store.ts';
import { createSharedArena } from '../outbox/shared-arena.ts';
import type { Stage, StageCounts, StageOut } from '../outbox/stage.ts';
import { watchWorkerEnds } from '../outbox/worker-ends.ts';
import { spanObserver } from '../otel/span-observer.ts';
import { timers } from '../otel/timers.ts';
import { decideForeign } from './decide-foreign.ts';
import { createHeldBytes } from './held-bytes.ts';
import type { SamplingParts } from './sampling.ts';
import { openSharedBudget } from './shared-budget.ts';
import type { OpenSpanOutbox } from './span-pipeline.ts';
import { tellLimit, TOO_MANY } from './tell-limits.ts';

/** Ways that ended spans go when they are kept. */
export interface TailWays {
  /** Get the spans themselves, each start as it happens and each end when the trace is kept. */
  readonly others: readonly SpanProcessor[];
  /** Counts what those are given. */
  readonly account: Account;
  /** Undefined where OTLP is not among the exporters. */
  readonly openOutbox: OpenSpanOutbox | undefined;
  /** How rules read a span before it is encoded; undefined where they have to wait for that. */
  readonly ahead: Ahead | undefined;
}

/** Reading of spans that are not encoded yet. */
interface Ahead {
  /** What the encoder will do to a span. */
  readonly filter: FactFilter | undefined;
}

/** Traces that are open or undecided, and their way out. */
export interface Tail {
  readonly table: TraceTable;
  readonly processors: readonly SpanProcessor[];
  counts(): StageCounts;
  /** Decides about what waits in the other threads. */
  adoptAll(): void;
  /** Begins to follow traces. */
  register(): void;
  shutdown(): void;
}

/** Puts a trace table before the ways of ended spans. */
export function createTail(engine: PolicyEngine, ways: TailWays, parts: SamplingParts): Tail {
  const { lifetimes } = parts;
  const budget = openSharedBudget();
  const surroundings: TailSurroundings = { ...parts, sharing: budget.sharing };
  const way =
    ways.openOutbox === undefined
      ? objectTail(engine, ways, surroundings)
      : byteTail(engine, ways, ways.openOutbox, surroundings);
  const { table } = way;
  const timer = createTickTimer(table, timers.now, timers);
  let unsubscribe = () => {};

  return {
    table,
    processors: [...ways.others.map(startsOnly), spanObserver({ onEnd: way.onEnd })],
    counts: way.counts,
    adoptAll: way.adoptAll,
    register() {
      unsubscribe = lifetimes.subscribe({
        spanStarted(span, isLocalRoot) {
          if (isLocalRoot) {
            const root = startedRoot(span as ReadableSpan);
            if (root !== undefined) table.rootStarted(root);
            timer.arm();
          }
          const { traceId, spanId } = span.spanContext();
          const parent = isLocalRoot ? undefined : (span as ReadableSpan).parentSpanContext;
          table.spanStarted(traceId, spanId, parent?.spanId);
        },
        spanEnded(span, isLocalRoot) {
          const { traceId, spanId } = span.spanContext();
          table.spanEnded(traceId, isLocalRoot, spanId);
        },
        contextInjected: table.contextInjected,
        givenUp(_traceIds, cause) {
          if (cause === 'end of process') table.decideEnded(); // before held logs are released with their traces
        },
      });
    },
    shutdown() {
      unsubscribe();
      timer.stop();
      way.close();
      budget.close();
    },
  };
}

interface TailSurroundings extends SamplingParts {
  readonly sharing: BudgetSharing;
}

interface Way {
  readonly table: TraceTable;
  readonly onEnd: (span: ReadableSpan) => void;
  counts(): StageCounts;
  adoptAll(): void;
  close(): void;
}

/** Spans wait as bytes on their way to the outbox, and beside that as objects where somebody else gets them, too. */
function byteTail(engine: PolicyEngine, ways: TailWays, openOutbox: OpenSpanOutbox, parts: TailSurroundings): Way {
  const memory = createSharedArena('clew.undecided', engine.policy.limits.bufferedBytes);
  const arena = memory.open();
  const opened: { stage?: ByteStage } = {};
  const onEnd = openOutbox(
    (format) => (out) => (opened.stage = openByteStage(arena, engine, ways, parts, format, out)),
  );
  const stage = opened.stage as ByteStage;
  const stopWatching = watchWorkerEnds((ended) => stage.adopt((thread) => thread === ended));
  return {
    table: stage.table,
    onEnd,
    counts: stage.counts,
    adoptAll() {
      if (memory.isHost()) stage.adopt((thread) => thread !== threadId);
    },
    close() {
      stopWatching();
      stage.close();
      memory.close();
    },
  };
}

interface ByteStage extends Stage<ReadableSpan> {
  readonly table: TraceTable;
  /** Decides about what other threads have left. */
  adopt(isWanted: (thread: number) => boolean): void;
  close(): void;
}

function openByteStage(
  arena: Arena,
  engine: PolicyEngine,
  { others, account, ahead }: TailWays,
  parts: TailSurroundings,
  format: SpanFormat,
  out: StageOut,
): ByteStage {
  const store = createBlockStore(arena, { threadId, queue: format.queue });
  const bytes = createHeldBytes(store, out, format.amend, arena.maxBytes);
  const objects = createSpanHolder(countingWay(others, account));
  const table =
    others.length === 0 ? tableOf(engine, bytes, parts) : tableOf(engine, withObjects(bytes, objects), parts);
  const { resource } = parts;
  let isResourceKnown = false;
  let leftBehind = 0;

  function defineResource(): void {
    isResourceKnown = !resource.asyncAttributesPending;
    if (isResourceKnown) store.defineResource(format.defineResource(resource));
  }

  return {
    table,
    letsGo(span) {
      if (ahead === undefined || others.length > 0 || hasLocalParent(span) || !store.isOwn()) return false;
      return table.letsGo(endedSpan(span, ahead.filter));
    },
    take(span, scope, buffer, length) {
      if (!store.isOwn()) return void (leftBehind += 1); // the process ends, and another thread decides by what was here
      if (!isResourceKnown) defineResource();
      if (others.length === 0 && hasLocalParent(span) && table.passesOn(span.spanContext().traceId)) {
        return out.enqueue(scope, buffer, length);
      }
      const facts = endedSpan(span);
      if (others.length === 0) bytes.taking(facts, scope, buffer, length, table.take);
      else objects.during(span, () => bytes.taking(facts, scope, buffer, length, table.take));
    },
    counts: () => ({ undecided: table.undecided() + leftBehind, sampledOut: bytes.sampledOut() }),
    adopt(isWanted) {
      bytes.countSampledOut(decideForeign(arena, isWanted, { table, format, out }));
    },
    close: store.close,
  };
}

/** Spans wait as they are: nothing goes to the outbox. */
function objectTail(engine: PolicyEngine, { others, account }: TailWays, parts: TailSurroundings): Way {
  const objects = createSpanHolder(forAll(others));
  const table = tableOf(
    engine,
    {
      ...objects,
      leaveOut(count, isKept) {
        if (isKept) drop('traces', account, count, TOO_MANY.reason, TOO_MANY.explanation);
        else objects.leaveOut(count, isKept);
      },
    },
    parts,
  );
  return {
    table,
    onEnd(span) {
      account.recorded += 1;
      const facts = endedSpan(span);
      objects.during(span, () => table.take(facts));
    },
    counts: () => ({ undecided: table.undecided(), sampledOut: objects.counts().sampledOut }),
    adoptAll() {},
    close() {},
  };
}

function tableOf<Item>(
  engine: PolicyEngine,
  sink: SpanSink<Item>,
  { lifetimes, verdicts, sharing }: TailSurroundings,
): TraceTable {
  return createTraceTable({
    engine,
    sink,
    sharing,
    now: timers.now,
    openSpanIds(traceId) {
      const ids = new Set<string>();
      for (const span of lifetimes.openSpans()) {
        const context = span.spanContext();
        if (context.traceId === traceId) ids.add(context.spanId);
      }
      return ids;
    },
    ...(verdicts !== undefined && {
      onVerdict: (traceId, isKept) => (isKept ? verdicts.keep(traceId) : verdicts.drop(traceId)),
    }),
    onLimit: tellLimit,
  });
}

/** Both hold each span, and both hand it on. */
function withObjects(
  bytes: SpanSink<Handle>,
  objects: SpanSink<ReadableSpan>,
): SpanSink<{ readonly handle: Handle; readonly span: ReadableSpan | undefined }> {
  return {
    hold() {
      const handle = bytes.hold();
      return handle === undefined ? undefined : { handle, span: objects.hold() };
    },
    pass(amendment) {
      bytes.pass(amendment);
      objects.pass(amendment);
    },
    refuse: bytes.refuse,
    release(held, amendment) {
      const { handle, span } = held.item;
      bytes.release({ ...held, item: handle }, amendment);
      if (span !== undefined) objects.release({ ...held, item: span }, amendment);
    },
    discard: (held) => bytes.discard({ ...held, item: held.item.handle }),
    leaveOut: bytes.leaveOut,
    isNearlyFull: bytes.isNearlyFull,
  };
}

function countingWay(others: readonly SpanProcessor[], account: Account): Pick<SpanProcessor, 'onEnd'> {
  const all = forAll(others);
  return {
    onEnd(span) {
      account.recorded += 1;
      all.onEnd(span);
    },
  };
}

function forAll(processors: readonly SpanProcessor[]): Pick<SpanProcessor, 'onEnd'> {
  return {
    onEnd(span) {
      for (const processor of processors) processor.onEnd(span);
    },
  };
}

/** A processor that sees spans start, and not end. */
function startsOnly(processor: SpanProcessor): SpanProcessor {
  return {
    onStart: (span, context) => processor.onStart(span, context),
    onEnding: (span) => processor.onEnding?.(span),
    onEnd() {},
    forceFlush: () => processor.forceFlush(),
    shutdown: () => processor.shutdown(),
  };
}

const hasLocalParent = ({ parentSpanContext }: ReadableSpan): boolean =>
  parentSpanContext !== undefined && parentSpanContext.isRemote !== true;
