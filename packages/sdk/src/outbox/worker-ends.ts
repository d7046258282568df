import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Worker } from 'node:worker_threads';

/** Node publishes each worker that this thread starts. */
const WORKERS = 'worker_threads';

/**
 * Tells when a worker thread has ended, however that was: by itself, by `process.exit()` in it, by `terminate()`.
 *
 * @returns stops telling
 */
export function watchWorkerEnds(onEnd: (threadId: number) => void): () => void {
  const onWorker = (message: unknown) => {
    const { worker } = message as { worker: Worker };
    const { threadId } = worker; // it has none any more when it has ended
    worker.once('exit', () => onEnd(threadId));
  };
  subscribe(WORKERS, onWorker);
  return () => void unsubscribe(WORKERS, onWorker);
}
