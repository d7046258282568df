// The words of this folder, in one picture:
//
//   arena     one SharedArrayBuffer for all threads, cut into slots of 64 KiB
//   run       adjacent slots with one owner and one purpose; a lease is the number that proves who owns it
//   chunk     a run with records in it: resource, scopes, items; readable without the thread that wrote it
//   queue     one signal in one thread: chunks that wait, oldest first, and batches in flight
//   courier   takes batches from a queue, sends them, and removes them when the backend has acknowledged them
//   host      the thread that adopts (takes over) the runs of threads that have ended
//   account   counts of one signal: recorded, sent, dropped by cause
//   store     items of one thread that wait for a decision, in blocks of the slots of an arena of their own
//
//   item ──► encode ──► queue ──► chunk [ resource │ scope │ item │ item │ … ]       thread 1   ┐
//   item ──► encode ──► queue ──► chunk [ resource │ scope │ item ]                  thread 2   ├─ arena
//                         │       free slots                                                    ┘
//                         └─ courier: take a batch ──► request ──► backend
//                            acknowledged: removed · failed: back to the queue · refused: dropped, in the account
import { threadId } from 'node:worker_threads';

import { reportLoss } from '@clew/diagnostics';

import type { Signal } from '../sending/otlp-settings.ts';
import type { Account } from './account.ts';
import { createOutboxEnding } from './outbox-ending.ts';
import type { SlotRun } from './queue/arena.ts';
import { openChunk } from './queue/chunk.ts';
import { createSharedArena } from './shared-arena.ts';
import { createSignalOutbox, type SignalOutbox, type SignalOutboxOptions } from './signal-outbox.ts';
import { watchWorkerEnds } from './worker-ends.ts';

/** Telemetry that waits for the backend, of all signals: bytes in one arena that the threads of the process share. */
export interface Outbox {
  /**
   * Makes room for a signal.
   *
   * @returns the function that queues an item of it
   * @throws when a certificate or key of the settings cannot be read
   */
  open<Item>(options: SignalOutboxOptions<Item>): (item: Item) => void;
  /** Tries to send all that waits, once. Never rejects. */
  flush(): Promise<void>;
  /** Tells whether something waits that `end()` has not tried to send yet. */
  hasUnsent(): boolean;
  /**
   * Tries to send all that waits until that is done or in vain, or the deadline has passed; then requests in flight are
   * aborted, and what they carried waits again. A thread that is not the host only waits for its requests: the host
   * sends what is left in it. Never rejects.
   *
   * @param deadline on the clock of `timers.now()`
   */
  end(deadline: number): Promise<void>;
  /**
   * The same for the very end of the process, for what `end()` has not tried: this thread stands still meanwhile, takes
   * over what waits in the other threads, and counts and tells as lost what could not be sent.
   */
  endNow(deadline: number): void;
  /** @returns undefined for a signal that was not opened */
  status(signal: Signal): SignalStatus | undefined;
  /** Counts and tells what still waits as lost; a thread that is not the host tries to send it first. Never rejects. */
  close(): Promise<void>;
  /** Its room and its signals: `outbox(33554432 bytes; traces, logs)`. */
  toString(): string;
}

/** Numbers of one signal's items (spans, log records, collections of metrics) by what became of them. */
export interface SignalStatus extends Readonly<Account> {
  /** Wait or are in flight. */
  readonly queued: number;
  readonly queuedBytes: number;
  /** Spans that wait for the decision about their trace; with a sampling policy. */
  readonly undecided?: number;
  /** Spans of traces that a sampling policy has not kept. */
  readonly sampledOut?: number;
}

/** The status where a signal goes nowhere. */
export const NOTHING_RECORDED: SignalStatus = { recorded: 0, sent: 0, dropped: {}, queued: 0, queuedBytes: 0 };

/**
 * @param maxBytes of what waits, in all threads of the process; a worker thread has its parent's
 * @param lastDeliveryPath finds the script that the thread of the last delivery runs
 */
export function createOutbox(maxBytes: number, lastDeliveryPath: () => string): Outbox {
  const signals = new Map<Signal, SignalOutbox<never>>();
  const each = () => [...signals.values()];
  const shared = createSharedArena('clew.outbox', maxBytes);
  const { isHost } = shared;
  const takenBy = (isWanted: (thread: number) => boolean) => shared.opened()?.takenBy(isWanted) ?? [];
  const adoptAll = () =>
    adoptRuns(
      takenBy((thread) => thread !== threadId),
      each(),
    );
  const ending = createOutboxEnding({ each, isHost, adoptAll, lastDeliveryPath });
  let stopWatching: (() => void) | undefined;

  const flush = async () => void (await Promise.all(each().map(({ courier }) => courier.flush())));
  return {
    open<Item>(options: SignalOutboxOptions<Item>) {
      const arena = shared.open();
      stopWatching ??= watchWorkerEnds((ended) =>
        adoptRuns(
          takenBy((thread) => thread === ended),
          each(),
        ),
      );
      const opened = createSignalOutbox(options, arena, threadId, () => dropOldest(each()));
      signals.set(options.signal, opened);
      return opened.add;
    },
    flush,
    hasUnsent: ending.hasUnsent,
    end: ending.end,
    endNow: ending.endNow,
    status(signal) {
      const known = signals.get(signal);
      if (known === undefined) return undefined;
      const { account, queue } = known;
      const waiting = { queued: queue.count(), queuedBytes: queue.bytes() };
      return { ...account, dropped: { ...account.dropped }, ...waiting, ...known.stageCounts() };
    },
    async close() {
      if (isHost()) ending.giveUp();
      else await flush(); // what still waits then, the host finds when this thread ends
      stopWatching?.();
      shared.close();
    },
    toString: () => `outbox(${maxBytes} bytes; ${[...signals.keys()].join(', ') || 'no signal'})`,
  };
}

/** Drops the oldest item of all signals; false where there is none. */
function dropOldest(outboxes: readonly SignalOutbox<never>[]): boolean {
  const [oldest] = outboxes
    .filter(({ queue }) => queue.oldestAge() !== undefined)
    .toSorted((one, other) => (one.queue.oldestAge() ?? 0) - (other.queue.oldestAge() ?? 0));
  oldest?.queue.dropOldest();
  return oldest !== undefined;
}

/** Takes over what threads have left behind, each run of slots by the outbox of its signal and encoding. */
function adoptRuns(runs: readonly SlotRun[], outboxes: readonly SignalOutbox<never>[]): void {
  for (const run of runs) {
    if (!run.adopt(threadId)) continue;
    const successor = outboxes.find(({ format }) => format.queue === run.queue);
    if (successor !== undefined) successor.adopt(openChunk(run));
    else disown(run);
  }
}

/** Counts as lost the records of another thread in an encoding that this thread does not send. */
function disown(run: SlotRun): void {
  const lost = openChunk(run).count();
  run.free();
  const tell = (count: number) =>
    `${count} records of a worker thread were dropped: its options differ from those of the main thread`;
  if (lost > 0) reportLoss('records of a worker', lost, tell);
}
