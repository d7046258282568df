import { setTimeout as setTimeoutPromise } from 'node:timers/promises';

import type { Signal } from '../options.ts';
import { isUnreachable, toSendError, type SendError } from '../send-error.ts';
import { noteTrouble, tellRecovery, tellTrouble, type Account } from './account.ts';
import type { Batch, RecordQueue } from './record-queue.ts';

/** Brings what waits in one queue to the backend, and keeps it until the backend has acknowledged it. */
export interface Courier {
  /** Something was queued. */
  noteQueued(): void;
  /** Tries to send all that waits, now and once, even if the backend asked for patience. Never rejects. */
  flush(): Promise<void>;
  /**
   * The same at the end of the process: tries again and again, until all is sent, nothing listens, or it is aborted.
   * What could not be sent is still queued then.
   */
  drain(): Promise<void>;
  /** Ends the requests in flight; what they carried waits again. */
  abort(): void;
  /** Resolves when nothing is in flight. */
  settled(): Promise<void>;
}

export interface CourierOptions {
  readonly signal: Signal;
  readonly queue: RecordQueue;
  readonly account: Account;
  /** When the resource is complete; nothing is sent before. */
  readonly ready: Promise<void>;
  /** How long something may wait for others to go with it. */
  readonly scheduleDelayMillis: number;
  /** When so many wait, they go at once. */
  readonly maxBatchSize: number;
  /**
   * Sends one batch.
   *
   * @returns what the backend answered when it took the batch
   * @throws SendError
   */
  send(batch: Batch): Promise<Uint8Array>;
  acknowledge(batch: Batch, answer: Uint8Array): void;
  /** The backend will never take the batch. */
  refuse(batch: Batch, reason: string, message: string): void;
  abort(): void;
}

/** While all is well. After a failure one request at a time finds out whether the backend is back. */
const MAX_IN_FLIGHT = 4;
const FIRST_BACKOFF_MILLIS = 1000;
const MAX_BACKOFF_MILLIS = 30_000;
/** A backend that asks to be tried again at once is not taken at its word. */
const MIN_WAIT_MILLIS = 100;
const FIRST_DRAIN_WAIT_MILLIS = 50;
const MAX_DRAIN_WAIT_MILLIS = 400;

export function createCourier(options: CourierOptions): Courier {
  const { signal, queue, account } = options;
  const inFlight = new Set<Promise<void>>();
  let timer: NodeJS.Timeout | undefined;
  let isReady = false;
  /** How many items have waited long enough. */
  let due = 0;
  let failures = 0;
  let lastReason: string | undefined;
  let notBefore = 0;
  let isDraining = false;
  let isAborted = false;

  void options.ready.then(() => {
    isReady = true;
    pump();
  });

  function arm(delayMillis: number): void {
    timer ??= setTimeout(() => {
      timer = undefined;
      due = queue.waiting();
      pump();
    }, delayMillis).unref();
  }

  function disarm(): void {
    clearTimeout(timer);
    timer = undefined;
  }

  /** Sends what is due, as far as the backend bears it. */
  function pump(): void {
    if (!isReady) return;
    const patience = notBefore - performance.now();
    if (patience > 0) {
      disarm();
      return arm(patience);
    }
    const limit = failures === 0 ? MAX_IN_FLIGHT : 1;
    while (inFlight.size < limit && (due > 0 || queue.waiting() >= options.maxBatchSize)) {
      const batch = queue.take();
      if (batch === undefined) break;
      due = Math.max(0, due - batch.count);
      start(batch);
    }
    if (queue.waiting() > 0) arm(options.scheduleDelayMillis);
  }

  function start(batch: Batch): void {
    const delivery = deliver(batch).finally(() => {
      inFlight.delete(delivery);
      pump();
    });
    inFlight.add(delivery);
  }

  async function deliver(batch: Batch): Promise<void> {
    try {
      options.acknowledge(batch, await options.send(batch));
      if (failures > 0 && !isDraining) tellRecovery(signal);
      delete account.trouble;
      failures = 0;
      lastReason = undefined;
    } catch (error) {
      fail(batch, toSendError(error));
    }
  }

  function fail(batch: Batch, error: SendError): void {
    const isNews = lastReason !== error.reason;
    lastReason = error.reason;
    noteTrouble(account, error.message);
    if (!error.isRetryable) {
      return options.refuse(batch, error.reason, error.message);
    }
    queue.giveBack(batch);
    due += batch.count;
    failures += 1;
    const backoff =
      Math.min(FIRST_BACKOFF_MILLIS * 2 ** (failures - 1), MAX_BACKOFF_MILLIS) * (0.5 + Math.random() / 2);
    notBefore = performance.now() + Math.max(MIN_WAIT_MILLIS, error.retryAfterMillis ?? backoff);
    if (isNews && !isDraining) tellTrouble(signal, error.reason, error.message); // the end tells what is lost then
  }

  async function flush(): Promise<void> {
    await options.ready;
    due = queue.waiting();
    notBefore = 0;
    pump();
    await settled();
  }

  async function settled(): Promise<void> {
    while (inFlight.size > 0) await Promise.race(inFlight);
  }

  return {
    noteQueued() {
      if (timer === undefined) arm(options.scheduleDelayMillis);
      if (queue.waiting() === options.maxBatchSize && inFlight.size < MAX_IN_FLIGHT) setImmediate(pump).unref();
    },
    flush,
    async drain() {
      isDraining = true;
      isAborted = false;
      for (let wait = FIRST_DRAIN_WAIT_MILLIS; ; wait *= 2) {
        await flush();
        const isHopeless = isAborted || (lastReason !== undefined && isUnreachable(lastReason));
        if (queue.waiting() === 0 || isHopeless) break;
        await setTimeoutPromise(Math.min(wait, MAX_DRAIN_WAIT_MILLIS), undefined, { ref: false });
      }
      isDraining = false;
    },
    abort() {
      isAborted = true;
      options.abort();
    },
    settled,
  };
}
