import type { Worker } from 'node:worker_threads';

import { guard, guardedSubscribe } from '@clew/diagnostics';

/** Node publishes each worker that this thread starts. */
const WORKERS = 'worker_threads';

/**
 * Tells when a worker thread has ended, however that was: by itself, by `process.exit()` in it, by `terminate()`.
 *
 * @returns stops telling
 */
export function watchWorkerEnds(onEnd: (threadId: number) => void): () => void {
  return guardedSubscribe(WORKERS, 'watching a worker thread', (message) => {
    const { worker } = message as { worker: Worker };
    const { threadId } = worker; // it has none any more when it has ended
    worker.once('exit', () => guard('taking over from a worker thread', undefined, () => onEnd(threadId)));
  });
}
