import { emptyResource, type Resource } from '@opentelemetry/resources';

import type { OtlpSettings, Signal } from '../src/sending/otlp-settings.ts';
import { createArena, type Arena } from '../src/outbox/queue/arena.ts';
import { createSignalOutbox, type SignalOutbox } from '../src/outbox/signal-outbox.ts';
import type { OpenStage } from '../src/outbox/stage.ts';
import type { SignalFormat } from '../src/outbox/encoding/signal-format.ts';

interface Given<Item> {
  readonly signal?: Signal;
  readonly resource?: Resource;
  readonly arena?: Arena;
  readonly threadId?: number;
  readonly openStage?: OpenStage<Item> | undefined;
}

/** Opens the outbox of one signal in one thread. Its courier waits so long that nothing is sent before a test ends. */
export function openSignal<Item>(
  format: SignalFormat<Item>,
  {
    signal = 'traces',
    resource = emptyResource(),
    arena = createArena(2 ** 24),
    threadId = 0,
    openStage,
  }: Given<Item> = {},
): SignalOutbox<Item> {
  const batch = { maxQueueSize: undefined, maxExportBatchSize: 10_000, scheduleDelayMillis: 2 ** 30 };
  return createSignalOutbox(
    { signal, format, resource, batch, settings: NOWHERE, openStage },
    arena,
    threadId,
    () => false,
  );
}

/** The request with all that waits, which must be what one request can hold. */
export function requestOf<Item>({ queue, request }: SignalOutbox<Item>): Buffer {
  const batch = queue.take();
  if (batch === undefined || queue.waiting() > 0) throw new Error('all that waits does not make one request');
  return request(batch);
}

const NOWHERE: OtlpSettings = {
  url: 'http://127.0.0.1:9/',
  protocol: 'http/protobuf',
  headers: {},
  compression: 'none',
  timeoutMillis: 1000,
  certificate: undefined,
  clientKey: undefined,
  clientCertificate: undefined,
};
