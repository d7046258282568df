// A worker thread that records one span of a scope and a resource of its own, waits for a thread of its own that does the
// same, if there is more to record, and ends without sending anything.
import { once } from 'node:events';
import { Worker, workerData } from 'node:worker_threads';

import { resourceFromAttributes } from '@opentelemetry/resources';

import type { OtlpSettings } from '../src/sending/otlp-settings.ts';
import { createOutbox } from '../src/outbox/outbox.ts';
import { jsonSpanFormat } from '../src/outbox/encoding/json-span-format.ts';
import { spanFormat } from '../src/outbox/encoding/span-format.ts';

import { spanWith } from './span-with.ts';

/** Data that the thread is given. */
export interface ThreadData {
  /** Names of this thread's span, of the span of the thread that it starts, and so on. */
  readonly names: readonly string[];
  readonly settings: OtlpSettings;
}

const { names, settings } = workerData as ThreadData;
const [name = '', ...more] = names;

const record = createOutbox(1, () => '').open({
  signal: 'traces',
  settings,
  format: settings.protocol === 'http/json' ? jsonSpanFormat() : spanFormat(),
  resource: resourceFromAttributes({ thread: name }),
  batch: { maxQueueSize: undefined, maxExportBatchSize: 512, scheduleDelayMillis: 60_000 },
});
record(spanWith({ name, instrumentationScope: { name: `scope of ${name}` } }));

if (more.length > 0) {
  await once(new Worker(import.meta.filename, { workerData: { names: more, settings } satisfies ThreadData }), 'exit');
}
