import { subscribe, unsubscribe } from 'node:diagnostics_channel';

import { reportFailure } from './guard.ts';

/**
 * Subscribes to a channel of `node:diagnostics_channel`. A handler that throws is reported (see `reportOnce`; the task
 * is the cause): Node makes an `uncaughtException` of what a bare subscriber throws.
 *
 * @param task names the work in the message, as for `guard`
 * @returns unsubscribes
 */
export function guardedSubscribe(channel: string, task: string, handler: (message: unknown) => void): () => void {
  // Without `guard`, which takes a closure for each message; each line on the console is one.
  function onMessage(message: unknown): void {
    try {
      handler(message);
    } catch (error) {
      reportFailure(task, error);
    }
  }
  subscribe(channel, onMessage);
  return () => void unsubscribe(channel, onMessage);
}
