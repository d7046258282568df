import { AsyncLocalStorage } from 'node:async_hooks';

import { context, ROOT_CONTEXT } from '@opentelemetry/api';
import { suppressTracing } from '@opentelemetry/core';
import type { Resource } from '@opentelemetry/resources';

import { placeOfError } from '@clew/diagnostics';

import type { OtlpSettings, Signal } from '../sending/otlp-settings.ts';
import { createAccount, drop, type Account } from './account.ts';
import { readAcknowledgement } from './acknowledgement.ts';
import type { Arena } from './queue/arena.ts';
import type { Chunk } from './queue/chunk.ts';
import { createCourier, type Courier } from './courier.ts';
import { createSender } from '../sending/create-sender.ts';
import { foreignChunks } from './queue/foreign-chunks.ts';
import { MAX_REQUEST_BYTES } from './queue/max-request-bytes.ts';
import { createRecordQueue, type Batch, type RecordQueue, type Scope } from './queue/record-queue.ts';
import { RecordTooLargeError } from './encoding/record-too-large-error.ts';
import { requestParts } from './encoding/request-parts.ts';
import { settledResource } from './settled-resource.ts';
import type { OpenStage, Stage, StageCounts } from './stage.ts';
import type { SignalFormat } from './encoding/signal-format.ts';

/** Items of one signal that wait, and the courier that brings them to the backend. */
export interface SignalOutbox<Item> {
  readonly signal: Signal;
  readonly settings: OtlpSettings;
  readonly format: SignalFormat<Item>;
  readonly queue: RecordQueue;
  readonly courier: Courier;
  readonly account: Account;
  /** Encodes an item and queues its bytes. Never throws: what cannot be encoded or has no room is counted. */
  add(item: Item): void;
  /** Counts of what waits in the stage or was let go there; `undefined` without one. */
  stageCounts(): StageCounts | undefined;
  /** Takes over what a thread that has ended left behind. */
  adopt(chunk: Chunk): void;
  /** The request that carries a batch. */
  request(batch: Batch): Buffer;
}

export interface SignalOutboxOptions<Item> {
  readonly signal: Signal;
  readonly format: SignalFormat<Item>;
  readonly settings: OtlpSettings;
  readonly resource: Resource;
  readonly batch: {
    readonly maxQueueSize: number | undefined;
    readonly maxExportBatchSize: number;
    readonly scheduleDelayMillis: number;
  };
  /** Takes each item when it is encoded, instead of the queue. */
  readonly openStage?: OpenStage<Item> | undefined;
}

/**
 * @param makeRoom drops the oldest of any signal of this thread; false when there is nothing to drop
 * @throws when a certificate or key of the settings cannot be read
 */
// oxlint-disable-next-line max-lines-per-function -- it joins queue, courier and format; none of its functions is long
export function createSignalOutbox<Item>(
  { signal, format, settings, resource, batch, openStage }: SignalOutboxOptions<Item>,
  arena: Arena,
  threadId: number,
  makeRoom: () => boolean,
): SignalOutbox<Item> {
  const account = createAccount();
  const sender = createSender(signal, settings);
  const outside = AsyncLocalStorage.snapshot(); // requests belong to no request of the application
  const scopeOf = createScopes(format);
  let resourceDefinition: Uint8Array | undefined;

  const ready = (async () => {
    if (resource.asyncAttributesPending) await resource.waitForAsyncAttributes?.();
  })();
  const knownResource = () => {
    if (resource.asyncAttributesPending) return undefined;
    return (resourceDefinition ??= format.defineResource(resource));
  };

  const queue = createRecordQueue(
    arena,
    { threadId, queue: format.queue },
    { maxBatchSize: batch.maxExportBatchSize, maxQueueSize: batch.maxQueueSize },
    { resource: knownResource, makeRoom, onDropped: dropForRoom },
  );
  const courier = createCourier({
    signal,
    queue,
    account,
    ready,
    scheduleDelayMillis: batch.scheduleDelayMillis,
    maxBatchSize: Math.min(batch.maxExportBatchSize, batch.maxQueueSize ?? Infinity),
    abort: () => sender.abort(),
    async send(next) {
      const body = request(next);
      const post = () => sender.send(body, settings.timeoutMillis);
      const answer = await outside(() => context.with(suppressTracing(ROOT_CONTEXT), post));
      return readAcknowledgement(answer, format, settings.url, settings.headers);
    },
  });

  function request(next: Batch): Buffer {
    return format.request(requestParts(next), knownResource() ?? format.defineResource(settledResource(resource)));
  }

  function dropForRoom(count: number): void {
    const limit = batch.maxQueueSize === undefined ? `${arena.maxBytes} bytes` : `${batch.maxQueueSize} items`;
    const cause = account.trouble === undefined ? '' : `; ${account.trouble}`;
    drop(signal, account, count, 'the outbox is full', `the outbox is full (${limit}); dropping the oldest${cause}`);
  }

  function dropOne(error: unknown): void {
    if (error instanceof RecordTooLargeError) drop(signal, account, 1, 'too large', error.message);
    else drop(signal, account, 1, 'cannot be encoded', `encoding failed: ${placeOfError(error)}`);
  }

  function push(scope: Scope, buffer: Buffer, length: number): void {
    if (length > MAX_REQUEST_BYTES) throw new RecordTooLargeError(MAX_REQUEST_BYTES);
    if (queue.push(scope, buffer, length)) courier.noteQueued();
    else dropForRoom(1);
  }

  const stage = openStage?.({
    enqueue(scope, buffer, length) {
      try {
        push(scope, buffer, length);
      } catch (error) {
        dropOne(error);
      }
    },
    lose: (count, reason, explanation) => drop(signal, account, count, reason, explanation),
    recordForeign: (count) => void (account.recorded += count),
    enqueueForeign(thread, resourceDefinition, items) {
      const owner = { threadId: thread, queue: format.queue };
      for (const { chunk, count } of foreignChunks(arena, owner, resourceDefinition, items, batch.maxExportBatchSize)) {
        if (chunk?.run.adopt(threadId) === true) queue.adopt(chunk);
        else dropForRoom(count);
      }
      courier.noteQueued();
    },
  });

  function encodeAndPush(item: Item): void {
    account.recorded += 1;
    try {
      const scope = scopeOf(item); // first: it may run code of the application, which may record another item
      const { buffer, length } = format.encode(item);
      push(scope, buffer, length);
    } catch (error) {
      dropOne(error);
    }
  }

  function encodeAndStage(item: Item, { letsGo, take }: Stage<Item>): void {
    account.recorded += 1;
    try {
      if (letsGo?.(item) === true) return;
      const scope = scopeOf(item);
      const { buffer, length } = format.encode(item);
      take(item, scope, buffer, length);
    } catch (error) {
      dropOne(error);
    }
  }

  return {
    signal,
    settings,
    format,
    queue,
    courier,
    account,
    add: stage === undefined ? encodeAndPush : (item) => encodeAndStage(item, stage),
    stageCounts: () => stage?.counts(),
    adopt(chunk) {
      account.recorded += chunk.count();
      queue.adopt(chunk);
      courier.noteQueued();
    },
    request,
  };
}

/** Numbers the scopes of a thread, each with its definition. */
function createScopes<Item>(format: SignalFormat<Item>): (item: Item) => Scope {
  const scopes = new WeakMap<object, Scope>();
  let count = 0;
  return (item) => {
    const scope = format.scopeOf(item);
    const known = scopes.get(scope);
    if (known !== undefined) return known;
    count += 1;
    const added = { id: count, definition: format.defineScope(scope) };
    scopes.set(scope, added);
    return added;
  };
}
