import { readProperty } from '@clew/diagnostics';
import { createContextKey, type Context } from '@opentelemetry/api';

// The API makes one key of one name, so copies of this module read what another copy wrote.
const HANDLING = createContextKey('clew.bullmq.handling');

/** A context in which a job of this queue is handled in its span: whatever else is traced of the job adds none. */
export function withHandling(context: Context, queue: string): Context {
  return context.setValue(HANDLING, queue);
}

/** Whether the span of a job of this queue is there already. */
export function isHandling(context: Context, queue: string): boolean {
  return context.getValue(HANDLING) === queue;
}

/** Errors by which a processor says that the job goes on later. */
const TAKEN_BACK = new Set<unknown>(['DelayedError', 'WaitingError', 'WaitingChildrenError', 'RateLimitError']);
/** The message of BullMQ's `RateLimitError`, which has no name of its own. */
const RATE_LIMIT = 'bullmq:rateLimitExceeded';

/** Whether a job has failed by what its processor threw. */
export function isFailure(error: unknown): boolean {
  return !TAKEN_BACK.has(readProperty(error, 'name')) && readProperty(error, 'message') !== RATE_LIMIT;
}
