import { AsyncLocalStorage } from 'node:async_hooks';

import type { Signal } from '../sending/otlp-settings.ts';
import { isUnreachable, toSendError, type SendError } from '../sending/send-error.ts';
import { noteTrouble, tellRecovery, tellTrouble, type Account } from './account.ts';
import type { Acknowledgement } from './acknowledgement.ts';
import type { Batch, RecordQueue } from './queue/record-queue.ts';
import { acknowledge, refuse } from './settle-batch.ts';
import { timers } from '../otel/timers.ts';

/** Brings what waits in one queue to the backend, and keeps it until the backend has acknowledged it. */
export interface Courier {
  /** Something was queued. */
  noteQueued(): void;
  /** Tries to send all that waits, now and once, even if the backend asked for patience. Never rejects. */
  flush(): Promise<void>;
  /**
   * The same at the end of the process: tries again and again, until all is sent, nothing listens, or it is aborted.
   * The rest is still queued then.
   *
   * @returns false when nothing could be tried, because the resource is not complete yet
   */
  drain(): Promise<boolean>;
  /** Ends the requests in flight; what they carried waits again. Ends the `drain()` under way, or else the next. */
  abort(): void;
  /** Resolves when nothing is in flight. */
  settled(): Promise<void>;
}

export interface CourierOptions {
  readonly signal: Signal;
  readonly queue: RecordQueue;
  readonly account: Account;
  /** When the resource is complete; nothing is sent before. Never rejects. */
  readonly ready: Promise<void>;
  /** How long something may wait for others to go with it. */
  readonly scheduleDelayMillis: number;
  /** When so many wait, they go at once. */
  readonly maxBatchSize: number;
  /**
   * Sends one batch.
   *
   * @throws SendError
   */
  send(batch: Batch): Promise<Acknowledgement>;
  abort(): void;
}

/** While all is well. After a failure one request at a time finds out whether the backend is back. */
const MAX_IN_FLIGHT = 4;
const FIRST_BACKOFF_MILLIS = 1000;
const MAX_BACKOFF_MILLIS = 30_000;
/** A backend that asks to be tried again at once is not taken at its word, nor is one that asks for more than an hour. */
const MIN_WAIT_MILLIS = 100;
const MAX_WAIT_MILLIS = 3_600_000;
/** Node treats longer timeouts as 1 ms. */
const LONGEST_TIMER_MILLIS = 2 ** 31 - 1;
const FIRST_DRAIN_WAIT_MILLIS = 50;
const MAX_DRAIN_WAIT_MILLIS = 400;

// oxlint-disable-next-line max-lines-per-function -- its functions close over the state of one delivery; none is long
export function createCourier(options: CourierOptions): Courier {
  const { signal, queue, account } = options;
  const inFlight = new Set<Promise<void>>();
  /** What queues is a request of the application, whose context a timer would keep alive and hand on to the next. */
  const outside = AsyncLocalStorage.snapshot();
  let timer: NodeJS.Timeout | undefined;
  let isPumpPlanned = false;
  let isReady = false;
  /** How many items have waited long enough. */
  let due = 0;
  let failures = 0;
  let lastReason: string | undefined;
  let notBefore = 0;
  let isDraining = false;
  let ending = new AbortController();

  void options.ready.then(() => {
    isReady = true;
    pump();
  });

  function arm(delayMillis: number): void {
    timer ??= later(
      () => {
        timer = undefined;
        due = queue.waiting();
        pump();
      },
      Math.min(delayMillis, LONGEST_TIMER_MILLIS),
    );
  }

  function disarm(): void {
    timers.clearTimeout(timer);
    timer = undefined;
  }

  /** Not now, in the middle of the application's work. An unreferenced immediate would wait for some event of its. */
  function pumpSoon(): void {
    if (isPumpPlanned || inFlight.size >= MAX_IN_FLIGHT) return;
    isPumpPlanned = true;
    later(() => {
      isPumpPlanned = false;
      pump();
    }, 0);
  }

  function later(callback: () => void, delayMillis: number): NodeJS.Timeout {
    return outside(timers.setTimeout, callback, delayMillis).unref();
  }

  /** Sends some of what is due, as far as the backend bears it, and soon the rest. */
  function pump(): void {
    if (!isReady) return;
    const patience = notBefore - timers.now();
    if (patience > 0) {
      disarm();
      return arm(patience);
    }
    if (!hasMore()) return;
    const batch = queue.take();
    if (batch === undefined) return;
    due = Math.max(0, due - batch.count);
    start(batch);
    if (hasMore()) pumpSoon(); // one at a time: each request is put together while the application waits
  }

  function hasMore(): boolean {
    const limit = failures === 0 ? MAX_IN_FLIGHT : 1;
    return inFlight.size < limit && (due > 0 || queue.waiting() >= options.maxBatchSize);
  }

  function start(batch: Batch): void {
    const delivery = deliver(batch, failures).finally(() => {
      inFlight.delete(delivery);
      pump();
    });
    inFlight.add(delivery);
  }

  async function deliver(batch: Batch, failuresBefore: number): Promise<void> {
    try {
      acknowledge(options, batch, await options.send(batch));
      if (failures > 0 && !isDraining) tellRecovery(signal);
      delete account.trouble;
      failures = 0;
      lastReason = undefined;
    } catch (error) {
      fail(batch, toSendError(error), failuresBefore);
    }
  }

  function fail(batch: Batch, error: SendError, failuresBefore: number): void {
    const isNews = lastReason !== error.reason;
    lastReason = error.reason;
    noteTrouble(account, error.message);
    if (!error.isRetryable) return refuse(options, batch, error.reason, error.message);
    queue.giveBack(batch);
    failures = Math.max(failures, failuresBefore + 1); // requests that fail together are one failure
    notBefore = Math.max(notBefore, timers.now() + waitAfter(failures, error));
    if (isNews && !isDraining) tellTrouble(signal, error.reason, error.message); // the end tells what is lost then
  }

  async function flush(): Promise<void> {
    await options.ready;
    disarm(); // it may be set to when the backend wanted to be asked again
    due = queue.waiting();
    notBefore = 0;
    pump();
    await settled();
  }

  async function settled(): Promise<void> {
    while (inFlight.size > 0) await Promise.race(inFlight);
  }

  async function flushAgainAndAgain(aborted: AbortSignal): Promise<void> {
    for (let wait = FIRST_DRAIN_WAIT_MILLIS; !aborted.aborted; wait = Math.min(wait * 2, MAX_DRAIN_WAIT_MILLIS)) {
      await flush();
      const isHopeless = lastReason !== undefined && isUnreachable(lastReason);
      if (queue.waiting() === 0 || isHopeless) return;
      await new Promise<void>((resolve) => void timers.setTimeout(resolve, wait).unref());
    }
  }

  return {
    noteQueued() {
      if (timer === undefined) arm(options.scheduleDelayMillis);
      if (queue.waiting() >= options.maxBatchSize && failures === 0) pumpSoon();
    },
    flush,
    async drain() {
      const aborted = ending.signal;
      isDraining = true;
      await Promise.race([flushAgainAndAgain(aborted), whenAborted(aborted)]);
      await settled();
      isDraining = false;
      if (ending.signal.aborted) ending = new AbortController();
      return isReady;
    },
    abort() {
      ending.abort();
      options.abort();
    },
    settled,
  };
}

function waitAfter(failures: number, { retryAfterMillis }: SendError): number {
  const backoff = Math.min(FIRST_BACKOFF_MILLIS * 2 ** (failures - 1), MAX_BACKOFF_MILLIS);
  const wait = retryAfterMillis ?? backoff * (0.5 + Math.random() / 2);
  return Math.min(Math.max(wait, MIN_WAIT_MILLIS), MAX_WAIT_MILLIS);
}

async function whenAborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
}
