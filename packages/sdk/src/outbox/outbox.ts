import { getEnvironmentData, setEnvironmentData, threadId } from 'node:worker_threads';

import { reportLoss } from '@clew/diagnostics';

import type { Signal } from '../sending/otlp-settings.ts';
import { dropAtEnd, type Account } from './account.ts';
import { attachArena, createArena, type Arena, type SlotRun } from './queue/arena.ts';
import { openChunk } from './queue/chunk.ts';
import { deliverBlocking } from './last-delivery.ts';
import { createSignalOutbox, type SignalOutbox, type SignalOutboxOptions } from './signal-outbox.ts';
import { watchWorkerEnds } from './worker-ends.ts';

/** What waits for the backend, of all signals: bytes in one arena that the threads of the process share. */
export interface Outbox {
  /**
   * Makes room for a signal.
   *
   * @returns what queues an item of it
   * @throws when a certificate or key of the settings cannot be read
   */
  open<Item>(options: SignalOutboxOptions<Item>): (item: Item) => void;
  /** Whether this thread answers for what ended threads leave behind. */
  readonly isHost: boolean;
  /** Tries to send all that waits, once. Never rejects. */
  flush(): Promise<void>;
  /**
   * Tries to send all that waits until that is done or in vain, or `abort()` is called. Never rejects.
   *
   * @returns whether it could try
   */
  drain(): Promise<boolean>;
  abort(): void;
  /** Resolves when no request is in flight. */
  settled(): Promise<void>;
  /** Takes over what waits in the other threads, which will not live longer than this one. */
  adoptAll(): void;
  /** Sends all that waits while this thread stands still: for the very end of the process. */
  deliverBlocking(timeoutMillis: number): void;
  /** Counts and tells what still waits as lost. */
  giveUp(): void;
  /** How many items were recorded so far. */
  recorded(): number;
  /** How many items wait or are in flight. */
  queued(): number;
  /** @returns undefined for a signal that was not opened */
  status(signal: Signal): SignalStatus | undefined;
  close(): void;
}

/** What became of one signal's items: spans, log records, collections of metrics. */
export interface SignalStatus extends Readonly<Account> {
  /** Wait or are in flight. */
  readonly queued: number;
  readonly queuedBytes: number;
}

/** The status where a signal goes nowhere. */
export const NOTHING_RECORDED: SignalStatus = { recorded: 0, sent: 0, dropped: {}, queued: 0, queuedBytes: 0 };

const HOST_KEY = 'clew.outbox';

interface Host {
  readonly memory: SharedArrayBuffer;
  readonly threadId: number;
}

/**
 * @param maxBytes of what waits, in all threads of the process; a worker thread has its parent's
 * @param lastDeliveryPath of the script that the thread of the last delivery runs
 */
export function createOutbox(maxBytes: number, lastDeliveryPath: string): Outbox {
  const signals = new Map<Signal, SignalOutbox<never>>();
  const each = () => [...signals.values()];
  let host: Host | undefined;
  let arena: Arena | undefined;
  let stopWatching: (() => void) | undefined;

  function openArena(): Arena {
    host = getEnvironmentData(HOST_KEY) as Host | undefined;
    if (host !== undefined) return attachArena(host.memory);
    const created = createArena(maxBytes);
    host = { memory: created.memory, threadId };
    setEnvironmentData(HOST_KEY, host);
    return created;
  }

  const isHost = () => host === undefined || host.threadId === threadId;

  function makeRoom(): boolean {
    const oldest = each()
      .filter(({ queue }) => queue.oldestAge() !== undefined)
      .toSorted((one, other) => (one.queue.oldestAge() ?? 0) - (other.queue.oldestAge() ?? 0))[0];
    oldest?.queue.dropOldest();
    return oldest !== undefined;
  }

  function adoptRuns(runs: readonly SlotRun[]): void {
    for (const run of runs) {
      if (!run.adopt(threadId)) continue;
      const heir = each().find(({ format }) => format.queue === run.queue);
      if (heir !== undefined) heir.adopt(openChunk(run));
      else disown(run);
    }
  }

  return {
    open<Item>(options: SignalOutboxOptions<Item>) {
      arena ??= openArena();
      stopWatching ??= watchWorkerEnds((thread) => adoptRuns(arena?.takenBy((owner) => owner === thread) ?? []));
      const opened = createSignalOutbox(options, arena, threadId, makeRoom);
      signals.set(options.signal, opened);
      return opened.add;
    },
    get isHost() {
      return isHost();
    },
    async flush() {
      await Promise.all(each().map(({ courier }) => courier.flush()));
    },
    async drain() {
      const tried = await Promise.all(each().map(({ courier }) => courier.drain()));
      return tried.every(Boolean);
    },
    abort() {
      for (const { courier } of each()) courier.abort();
    },
    async settled() {
      await Promise.all(each().map(({ courier }) => courier.settled()));
    },
    adoptAll: () => adoptRuns(arena?.takenBy((thread) => thread !== threadId) ?? []),
    deliverBlocking: (timeoutMillis) => deliverBlocking(each(), lastDeliveryPath, timeoutMillis),
    giveUp() {
      for (const { signal, account, queue } of each()) {
        dropAtEnd(signal, account, queue.count());
        queue.clear();
      }
    },
    recorded: () => each().reduce((sum, { account }) => sum + account.recorded, 0),
    queued: () => each().reduce((sum, { queue }) => sum + queue.count(), 0),
    status(signal) {
      const known = signals.get(signal);
      if (known === undefined) return undefined;
      const { account, queue } = known;
      return { ...account, dropped: { ...account.dropped }, queued: queue.count(), queuedBytes: queue.bytes() };
    },
    close() {
      stopWatching?.();
      if (isHost()) setEnvironmentData(HOST_KEY, undefined);
    },
  };
}

/** What another thread wanted to send as this thread does not. */
function disown(run: SlotRun): void {
  const lost = openChunk(run).count();
  run.free();
  const tell = (count: number) => `${count} records of a worker thread were dropped: it had options of its own`;
  if (lost > 0) reportLoss('records of a worker', lost, tell);
}
