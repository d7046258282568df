import type { HeldCounts } from '@clew/logs/hold/internal';

import { watchEndings, type Pending } from './ending/ending.ts';
import type { InstalledInstrumentations } from './instrumenting/install-instrumentations.ts';
import type { OpenSpans } from './pipelines/open-spans.ts';
import type { ResolvedOptions } from './options/options.ts';
import { withDeadline } from './outbox/outbox-ending.ts';
import { NOTHING_RECORDED, type Outbox, type SignalStatus } from './outbox/outbox.ts';
import type { Undecided } from './outbox/stage.ts';
import type { Pipeline } from './pipelines/pipeline.ts';
import { timers } from './otel/timers.ts';

/** Result of `status()`. */
export interface Status {
  /**
   * `foreign`: another OpenTelemetry SDK was there first, and Clew stays off. `unsupported`: it cannot run here, which
   * stderr explains.
   */
  readonly state: 'running' | 'disabled' | 'foreign' | 'unsupported' | 'shut down';
  /** Short names of the instrumentations that were loaded because the application loaded their target. */
  readonly instrumentations: readonly string[];
  /** Counts of the ended spans, by what became of them. */
  readonly traces: SignalStatus;
  /** Counts of the collections of metrics, by what became of them. */
  readonly metrics: SignalStatus;
  /** Counts of the emitted log records, by what became of them. */
  readonly logs: SignalStatus;
  /** Counts of the lines and records that `logs.hold` held, by what became of them. */
  readonly heldLogs?: HeldCounts;
}

/** The running SDK. */
export interface ClewSdk extends AsyncDisposable {
  /**
   * Sends what waits; resolves when it is sent or `shutdownTimeoutMillis` have passed; never rejects. What could not
   * be sent still waits, and so do the spans of traces that a sampling policy has not decided.
   */
  flush(options?: FlushOptions): Promise<void>;
  /** Flushes and stops; a later `start()` starts anew. Never rejects. */
  shutdown(): Promise<void>;
  status(): Status;
}

/** Options of `flush()`. */
export interface FlushOptions {
  /**
   * True where the process may be frozen as soon as this is done: a sampling policy then decides the traces whose local
   * roots have ended, and does not wait for spans that outlive them. Default: false.
   */
  readonly decide?: boolean;
}

/** Parts of the running SDK. */
export interface SdkParts {
  readonly outbox: Outbox;
  readonly openSpans: OpenSpans;
  /** Tells what became of the spans in exporters that are not the outbox. */
  otherSpans(): SignalStatus;
  readonly pipelines: readonly Pipeline[];
  readonly installed: InstalledInstrumentations;
  /** Where a sampling policy is in force. */
  readonly undecided?: Undecided | undefined;
  /** Where logs are held. */
  readonly countHeldLogs?: () => HeldCounts;
  /** Can ask at the exit of the process what became of everything. */
  noteExit?(status: () => Status): void;
  /** Takes back what was registered globally beside the pipelines. */
  unregister(): void;
}

type EndOptions = Pick<ResolvedOptions, 'shutdownTimeoutMillis' | 'exitTimeoutMillis'>;

/** The handle on a running SDK, which flushes it when the process ends. */
// oxlint-disable-next-line max-lines-per-function -- its functions close over one running SDK; none is long
export function createClewSdk(options: EndOptions, parts: SdkParts): ClewSdk {
  const { outbox, openSpans, undecided, pipelines, installed } = parts;
  const timeoutMillis = options.shutdownTimeoutMillis;
  let state: Status['state'] = 'running';

  const status = (): Status => ({ state, ...statusOf(parts) });
  const each = (work: (pipeline: Pipeline) => Promise<void>) => Promise.allSettled(pipelines.map(work));
  const flushPipelines = () => each((pipeline) => pipeline.flush(timeoutMillis));

  async function flush({ decide = false }: FlushOptions = {}): Promise<void> {
    if (decide) undecided?.decideEnded();
    await withDeadline(timeoutMillis, async () => {
      await flushPipelines();
      await outbox.flush();
    });
  }

  const deadlineOfEnd = () => timers.now() + timeoutMillis;

  async function end(deadline = deadlineOfEnd()): Promise<void> {
    openSpans.endAll();
    undecided?.decideAll();
    const left = Math.max(0, deadline - timers.now());
    await withDeadline(left, () => each((pipeline) => pipeline.end(left)));
    await outbox.end(deadline);
  }

  /** Handlers of `exit` that are added late make it run twice: both share the time. */
  let exitDeadline: number | undefined;

  function endNow(isNatural: boolean): void {
    openSpans.endAll();
    undecided?.decideAll();
    undecided?.adoptAll();
    exitDeadline ??= timers.now() + (isNatural ? timeoutMillis : options.exitTimeoutMillis);
    outbox.endNow(exitDeadline);
    parts.noteExit?.(status);
  }

  function hasPending(): Pending {
    const needsEventLoop = pipelines.some((pipeline) => pipeline.hasUnsent());
    const isUndecided = openSpans.count() > 0 || (undecided?.count() ?? 0) > 0;
    return { isAny: needsEventLoop || isUndecided || outbox.hasUnsent(), needsEventLoop };
  }

  const stopWatching = watchEndings({ prepare: () => void flushPipelines(), end: () => end(), endNow, hasPending });

  async function shutdown(): Promise<void> {
    if (state === 'shut down') return;
    state = 'shut down';
    stopWatching();
    const deadline = deadlineOfEnd();
    await end(deadline);
    if (undecided !== undefined && undecided.count() > 0) await end(deadline); // what has ended meanwhile
    for (const instrumentation of installed.all()) instrumentation.disable();
    await withDeadline(timeoutMillis, () => outbox.close());
    await each((pipeline) => pipeline.shutdown());
    parts.unregister();
  }

  return {
    flush,
    shutdown,
    status,
    [Symbol.asyncDispose]: shutdown,
  };
}

function statusOf({ outbox, otherSpans, installed, countHeldLogs }: SdkParts): Omit<Status, 'state'> {
  return {
    instrumentations: installed.active(),
    traces: outbox.status('traces') ?? otherSpans(),
    metrics: outbox.status('metrics') ?? NOTHING_RECORDED,
    logs: outbox.status('logs') ?? NOTHING_RECORDED,
    ...(countHeldLogs !== undefined && { heldLogs: countHeldLogs() }),
  };
}
