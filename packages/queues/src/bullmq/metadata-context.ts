import { createContextKey, type Context } from '@opentelemetry/api';
import { guard } from '@clew/diagnostics';

import type { Destination } from '../destination.ts';
import { withContext } from '../sent-context.ts';
import { withTracing } from '../suppressed.ts';
import { jobMetadata } from './job-metadata.ts';

/** The metadata of a job that is about to be handled. */
const METADATA = createContextKey('clew.bullmq.metadata');
/** The queue that something is added to. */
const SENDING = createContextKey('clew.bullmq.sending');

/** When a job was added: milliseconds since the epoch. BullMQ does not tell its telemetry. */
const SENT_AT = 'clew-sent-at';

/** A context that holds the metadata of a job as it is. */
export function withMetadata(active: Context, metadata: unknown): Context {
  return active.setValue(METADATA, metadata);
}

/** The metadata that a context holds. */
export function metadataOfContext(given: Context | undefined): unknown {
  return given?.getValue(METADATA);
}

/** A context in which jobs are added to a queue: its span is that of what is added. */
export function withSending(inSpan: Context, destination: Destination): Context {
  return inSpan.setValue(SENDING, destination);
}

/**
 * The metadata for a job that is added in this context. Empty, which BullMQ takes for none, where there is nothing to
 * carry, and where a job is only put back: it keeps what it has. Never throws.
 */
export function metadataIn(given: Context): string {
  return guard('the metadata of a job', '', () => {
    const destination = given.getValue(SENDING) as Destination | undefined;
    if (destination === undefined) return '';
    const sent = withContext<unknown>(undefined, jobMetadata, destination, withTracing(given));
    return sent === undefined ? '' : (jobMetadata.set(sent, { [SENT_AT]: String(Date.now()) }) as string);
  });
}

/** When the job was added, by a field of ours. */
export function sentAt(field: (name: string) => string | undefined): number | undefined {
  const text = field(SENT_AT);
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
