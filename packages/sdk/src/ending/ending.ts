import { constants } from 'node:os';
import { isMainThread } from 'node:worker_threads';

import { addHiddenListener, guard } from '@clew/diagnostics';

import { timers } from '../otel/timers.ts';

const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;
type Signal = (typeof SIGNALS)[number];

/** Telemetry that waits when the event loop runs dry. */
export interface Pending {
  readonly isAny: boolean;
  /** Some of it can only be sent while the event loop turns. */
  readonly needsEventLoop: boolean;
}

/** Work that is done when the process ends. */
export interface Endings {
  /** The application begins to end in its own way: sends what can only be sent while the event loop turns. */
  prepare(): void;
  /** Sends what waits. Must resolve within a bounded time and never reject. */
  end(): Promise<void>;
  /**
   * The same when the event loop turns no more, and counts what is lost; returns within a bounded time.
   *
   * @param isNatural the application was done; nobody asked it to be gone at once
   */
  endNow(isNatural: boolean): void;
  /** Tells what `end()` would find to do at a natural end. */
  hasPending(): Pending;
}

/**
 * Flushes when the process ends, and lets it end as it would have:
 *
 * - at a natural end, before the event loop is left. That makes Node emit `beforeExit` a second time; where the
 *   application listens to it, it waits for `exit`;
 * - by a signal that the application does not handle, and then dies by that signal;
 * - by a signal that it does handle, without a say in what happens next: another of these endings follows, or none;
 * - by `process.exit()`, an uncaught exception or an unhandled rejection: in the last `exit` handler.
 *
 * @returns stops listening
 */
export function watchEndings(endings: Endings): () => void {
  const dying: Dying = { isDying: false };
  let isNatural = false;
  let hasTurnedOnceMore = false;
  const onBeforeExit = () => {
    isNatural = true;
    timers.setImmediate(() => (isNatural = false)).unref(); // if it turns once more after all
    const { isAny, needsEventLoop } = endings.hasPending();
    const isHeardByOthers = process.listenerCount('beforeExit') > 1;
    if (isAny && (needsEventLoop || !isHeardByOthers)) void endings.end();
    else if (!isHeardByOthers && !hasTurnedOnceMore) timers.setImmediate(() => {}); // a signal to itself may still be on its way
    hasTurnedOnceMore = true;
  };
  process.on('beforeExit', onBeforeExit);
  const endNow = () => guard('the end of the process', undefined, () => endings.endNow(isNatural));
  const stopExit = onLastExit(endNow);
  const removers = isMainThread ? SIGNALS.map((signal) => endAtSignal(signal, endings, endNow, dying)) : []; // no signals in workers
  return () => {
    process.off('beforeExit', onBeforeExit);
    stopExit();
    for (const remove of removers) remove();
  };
}

/** Listens to `exit` after all others, so that what their handlers record is there. */
function onLastExit(endNow: () => void): () => void {
  let isMoving = false;
  const listener = () => {
    if (process.listeners('exit').at(-1) !== listener) beforeReallyExit(endNow);
    endNow();
  };
  const append = () => {
    isMoving = true;
    process.off('exit', listener).on('exit', listener);
    isMoving = false;
  };
  const onNewListener = (event: string | symbol) => {
    if (event === 'exit' && !isMoving) timers.queueMicrotask(append); // it is told before the listener is added
  };
  append();
  process.on('newListener', onNewListener);
  return () => void process.off('newListener', onNewListener).off('exit', listener);
}

/** A handler was added in the very turn in which `process.exit()` is called: it runs after ours, and before this. */
function beforeReallyExit(endNow: () => void): void {
  const { reallyExit } = process as typeof process & { reallyExit(code?: number): never };
  Object.assign(process, {
    reallyExit(code?: number) {
      endNow();
      return reallyExit.call(process, code);
    },
  });
}

/** Set by the first signal: whoever sends a second one, of whichever kind, does not want to wait. */
interface Dying {
  isDying: boolean;
}

function endAtSignal(signal: Signal, { prepare, end }: Endings, endNow: () => void, dying: Dying): () => void {
  const die = () => {
    remove();
    endNow(); // a signal that kills is no `exit`
    // The kernel ignores a signal without a handler that the first process of a container sends itself.
    if (process.pid === 1) process.exit(128 + constants.signals[signal]);
    process.kill(process.pid, signal);
  };
  const remove = addHiddenListener(signal, () => {
    const isHandled = process.listeners(signal).length > 0;
    if (isHandled) return prepare();
    if (dying.isDying) return die();
    dying.isDying = true;
    void end().then(die);
  });
  return remove;
}
