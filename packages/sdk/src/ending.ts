import { constants } from 'node:os';
import { isMainThread } from 'node:worker_threads';

import { addHiddenListener } from './hidden-listener.ts';

const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;
type Signal = (typeof SIGNALS)[number];

/**
 * Flushes when the process ends by itself or by a signal, and lets it end as it would have:
 *
 * - at a natural end, before the event loop is left; the exit code stays;
 * - by a signal that the application does not handle, and then dies by that signal;
 * - by a signal that it does handle, at once and without a say in what happens next: the natural end follows, or not.
 *
 * @param flush must resolve within a bounded time, and never reject
 * @returns stops listening
 */
export function flushAtEnd(flush: () => Promise<void>, hasPending: () => boolean): () => void {
  const onBeforeExit = () => {
    if (hasPending()) void flush();
  };
  process.on('beforeExit', onBeforeExit);
  const removers = isMainThread ? SIGNALS.map((signal) => flushAtSignal(signal, flush)) : []; // no signals in workers
  return () => {
    process.off('beforeExit', onBeforeExit);
    for (const remove of removers) remove();
  };
}

function flushAtSignal(signal: Signal, flush: () => Promise<void>): () => void {
  let isDying = false;
  const die = () => {
    remove();
    // The kernel ignores a signal without a handler that the first process of a container sends itself.
    if (process.pid === 1) process.exit(128 + constants.signals[signal]);
    process.kill(process.pid, signal);
  };
  const remove = addHiddenListener(signal, () => {
    const isHandled = process.listeners(signal).length > 0;
    if (isHandled) return void flush();
    if (isDying) return die(); // asked a second time: do not wait
    isDying = true;
    void flush().then(die);
  });
  return remove;
}
