import { reportLoss, reportOnce } from '@clew/diagnostics';
import { afterEach, beforeEach, vi } from 'vitest';

import { createAccount } from '../src/outbox/account.ts';
import type { Acknowledgement } from '../src/outbox/acknowledgement.ts';
import { createCourier } from '../src/outbox/courier.ts';
import { timers } from '../src/otel/timers.ts';
import { processEnded, SendError } from '../src/sending/send-error.ts';
import { itemsIn, openQueue, push } from './numbered-items.ts';

const real = { ...timers };

/** For tests that mock `@clew/diagnostics`: time stands still, and nothing is said on stderr. */
export function useFakeTimersAndReports(): void {
  beforeEach(() => {
    vi.useFakeTimers();
    Object.assign(timers, {
      setTimeout: (callback: () => void, millis?: number) => setTimeout(callback, millis), // the fake one, or a spy on it
      clearTimeout,
      now: () => performance.now(),
    });
    vi.mocked(reportOnce).mockReturnValue();
    vi.mocked(reportLoss).mockReturnValue();
  });
  afterEach(() => {
    vi.useRealTimers();
    Object.assign(timers, real);
    vi.restoreAllMocks();
    vi.resetAllMocks();
  });
}

// The rest is for fake timers only.

/** How long something may wait for others. */
export const DELAY = 5000;
const ALL_TAKEN: Acknowledgement = { rejected: 0, message: '' };

interface Request {
  readonly items: number[];
  resolve(acknowledgement: Acknowledgement): void;
  reject(error: Error): void;
}

/** A courier whose requests are answered by the test, unless the backend is unavailable. */
export function openCourier({
  maxBatchSize = 512,
  ready = Promise.resolve(),
  scheduleDelayMillis = DELAY,
  isUnavailable = false,
} = {}) {
  const { queue: records } = openQueue({ maxBatchSize, maxQueueSize: undefined }, 32);
  const account = createAccount();
  const all: Request[] = [];
  const open: Request[] = [];

  const courier = createCourier({
    signal: 'traces',
    queue: records,
    account,
    ready,
    maxBatchSize,
    scheduleDelayMillis,
    send(batch) {
      return new Promise((resolve, reject) => {
        const request = { items: itemsIn(batch), resolve, reject };
        all.push(request);
        if (isUnavailable) reject(unavailable());
        else open.push(request);
      });
    },
    abort() {
      for (const { reject } of open.splice(0)) setTimeout(reject, 1, processEnded('http://127.0.0.1/'));
    },
  });

  async function answerAll(acknowledgement: Acknowledgement = ALL_TAKEN): Promise<void> {
    for (await passed(0); open.length > 0; await passed(0)) {
      for (const { resolve } of open.splice(0)) resolve(acknowledgement);
    }
  }

  /** Fails what is in flight, and not what follows. */
  async function refuseAll(error: Error): Promise<void> {
    await passed(0);
    for (const { reject } of open.splice(0)) reject(error);
    await passed(0);
  }

  /** Fails what is in flight. Returns how long it takes until there is another request, to the millisecond. */
  async function waitAfter(error: Error): Promise<number> {
    await passed(0);
    const before = all.length;
    const start = performance.now();
    for (const { reject } of open.splice(0)) reject(error);
    await passed(0);
    for (let timers = 0; all.length === before && timers < 100; timers++) await vi.advanceTimersToNextTimerAsync();
    return Math.round(performance.now() - start);
  }

  return {
    courier,
    records,
    account,
    answerAll,
    refuseAll,
    waitAfter,
    queue(...numbers: number[]) {
      for (const number of numbers) {
        push(records, number);
        courier.noteQueued();
      }
    },
    sent: () => all.map(({ items }) => items),
    requests: () => all,
  };
}

export const unavailable = (retryAfterMillis?: number) =>
  new SendError('the backend answered 503', 'come back later', true, retryAfterMillis);

/** Tells of each timer that is set from now on whether it holds the process. */
export function watchTimers(): () => boolean[] {
  const { mock } = vi.spyOn(globalThis, 'setTimeout');
  return () => mock.results.map(({ value }) => (value as NodeJS.Timeout).hasRef());
}

/** Does something, if that is given, and lets the time pass. */
export async function passed(millis: number, work: () => void = () => {}): Promise<void> {
  work();
  await vi.advanceTimersByTimeAsync(millis);
}

/** Whether a promise is settled by now. */
export function isDone(promise: Promise<unknown>): () => Promise<boolean> {
  let isSettled = false;
  void promise.finally(() => (isSettled = true));
  return async () => {
    await passed(0);
    return isSettled;
  };
}
