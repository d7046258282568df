// For the instrumentation of Bull in @clew/instrumentations; nothing here is for applications.
import { restoreReplaced } from '../replace-once.ts';
import { QUEUE_METHODS } from './traced-queue.ts';

export { traceBullQueue } from './traced-queue.ts';

/** Takes back what was replaced. */
export function restoreBullQueue(prototype: object): void {
  for (const method of QUEUE_METHODS) restoreReplaced(prototype, method);
}
