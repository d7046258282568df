import { tellUntold } from '@clew/diagnostics';
import type { HeldCounts } from '@clew/logs/hold';

import { watchEndings } from './ending/ending.ts';
import type { InstalledInstrumentations } from './instrumenting/install-instrumentations.ts';
import type { OpenSpans } from './pipelines/open-spans.ts';
import type { ResolvedOptions } from './options/options.ts';
import { NOTHING_RECORDED, type Outbox, type SignalStatus } from './outbox/outbox.ts';
import type { Pipeline } from './pipelines/span-pipeline.ts';

/** What `status()` tells. */
export interface Status {
  /** `foreign`: another OpenTelemetry SDK was there first, and Clew stays off. */
  readonly state: 'running' | 'disabled' | 'foreign' | 'shut down';
  /** Short names of the instrumentations that were loaded because the application loaded their target. */
  readonly instrumentations: readonly string[];
  /** What became of the ended spans. */
  readonly traces: SignalStatus;
  /** What became of the collections of metrics. */
  readonly metrics: SignalStatus;
  /** What became of the emitted log records. */
  readonly logs: SignalStatus;
  /** What became of the lines and records that `logs.hold` held. */
  readonly heldLogs?: HeldCounts;
}

/** The running SDK. */
export interface ClewSdk extends AsyncDisposable {
  /**
   * Sends what waits; resolves when it is sent or `shutdownTimeoutMillis` have passed; never rejects. What could not
   * be sent still waits.
   */
  flush(): Promise<void>;
  /** Flushes and stops; a later `start()` starts anew. Never rejects. */
  shutdown(): Promise<void>;
  status(): Status;
}

/** What the running SDK is made of. */
export interface SdkParts {
  readonly outbox: Outbox;
  readonly openSpans: OpenSpans;
  /** What became of the spans in exporters that are not the outbox. */
  otherSpans(): SignalStatus;
  readonly pipelines: readonly Pipeline[];
  readonly installed: InstalledInstrumentations;
  /** Where logs are held. */
  readonly countHeldLogs?: () => HeldCounts;
  /** Takes back what was registered globally. */
  unregister(): void;
}

/** What is aborted may take this long to notice. */
const ABORT_MILLIS = 100;

type EndOptions = Pick<ResolvedOptions, 'shutdownTimeoutMillis' | 'exitTimeoutMillis'>;

/** The handle on a running SDK, which flushes it when the process ends. */
export function createClewSdk(options: EndOptions, parts: SdkParts): ClewSdk {
  const { outbox, openSpans, pipelines, installed } = parts;
  const timeoutMillis = options.shutdownTimeoutMillis;
  let state: Status['state'] = 'running';
  const needsEventLoop = pipelines.length > 0;
  /** What was recorded when `end()` last tried to send it: at a natural end it tries once. */
  let tried = { queued: 0, piped: needsEventLoop ? -1 : 0 };
  /** What was in the outbox when `end()` last came to an end with it: what waits still, nobody will take. */
  let settled = 0;

  const recorded = () => ({
    queued: outbox.recorded(),
    piped: pipelines.reduce((sum, pipeline) => sum + pipeline.recorded(), 0),
  });
  const flushPipelines = () => Promise.allSettled(pipelines.map((pipeline) => pipeline.flush(timeoutMillis)));

  function isOutboxPending(known: number): boolean {
    return openSpans.count() > 0 || (outbox.queued() > 0 && outbox.recorded() !== known);
  }

  async function flush(): Promise<void> {
    await withDeadline(timeoutMillis, async () => {
      await flushPipelines();
      await outbox.flush();
    });
  }

  async function end(): Promise<void> {
    openSpans.endAll();
    tried = recorded();
    const abort = setTimeout(() => outbox.abort(), timeoutMillis);
    await withDeadline(timeoutMillis + ABORT_MILLIS, sendAll);
    clearTimeout(abort);
  }

  async function sendAll(): Promise<void> {
    await flushPipelines();
    tried = recorded(); // metrics are collected by their flush
    const { queued } = tried;
    if (!outbox.isHost) return outbox.settled(); // the host sends what is left in this thread
    if (await outbox.drain()) settled = queued;
  }

  /** Handlers of `exit` that are added late make it run twice: both share the time. */
  let exitDeadline: number | undefined;

  function endNow(isNatural: boolean): void {
    openSpans.endAll();
    if (!outbox.isHost) return;
    outbox.adoptAll();
    exitDeadline ??= performance.now() + (isNatural ? timeoutMillis : options.exitTimeoutMillis);
    if (isOutboxPending(settled)) outbox.deliverBlocking(exitDeadline - performance.now());
    outbox.giveUp();
    tellUntold();
  }

  const stopWatching = watchEndings({
    prepare: () => void flushPipelines(),
    end,
    endNow,
    hasPending: () => ({ isAny: isOutboxPending(tried.queued) || recorded().piped !== tried.piped, needsEventLoop }),
  });

  async function shutdown(): Promise<void> {
    if (state === 'shut down') return;
    state = 'shut down';
    stopWatching();
    await end();
    if (outbox.isHost) outbox.giveUp();
    else await flush(); // what still waits then, the host finds when this thread ends
    for (const instrumentation of installed.all()) instrumentation.disable();
    await Promise.allSettled(pipelines.map((pipeline) => pipeline.shutdown()));
    outbox.close();
    parts.unregister();
  }

  const signals = () => ({
    traces: outbox.status('traces') ?? parts.otherSpans(),
    metrics: outbox.status('metrics') ?? NOTHING_RECORDED,
    logs: outbox.status('logs') ?? NOTHING_RECORDED,
    ...(parts.countHeldLogs !== undefined && { heldLogs: parts.countHeldLogs() }),
  });
  return {
    flush,
    shutdown,
    status: () => ({ state, instrumentations: installed.active(), ...signals() }),
    [Symbol.asyncDispose]: shutdown,
  };
}

/** The handle where nothing runs. */
export function createIdleSdk(state: Status['state']): ClewSdk {
  const nothing = () => Promise.resolve();
  return {
    flush: nothing,
    shutdown: nothing,
    status: () => ({
      state,
      instrumentations: [],
      traces: NOTHING_RECORDED,
      metrics: NOTHING_RECORDED,
      logs: NOTHING_RECORDED,
    }),
    [Symbol.asyncDispose]: nothing,
  };
}

/** Waits for work, but not for ever, and keeps the process alive until then. */
async function withDeadline(timeoutMillis: number, work: () => Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<void>((resolve) => (timer = setTimeout(resolve, timeoutMillis)));
  await Promise.race([work(), deadline]);
  clearTimeout(timer);
}
