import { MessageChannel, receiveMessageOnPort, Worker, type MessagePort } from 'node:worker_threads';

import { describeError, reportOnce } from '@clew/diagnostics';

import type { OtlpSettings, Signal } from '../sending/otlp-settings.ts';
import { noteTrouble } from './account.ts';
import { readAcknowledgement } from './acknowledgement.ts';
import type { Batch } from './queue/record-queue.ts';
import { acknowledge, refuse } from './settle-batch.ts';
import type { SignalOutbox } from './signal-outbox.ts';

/** Input of the thread of the last delivery. */
export interface LastDelivery {
  readonly requests: readonly LastRequest[];
  readonly timeoutMillis: number;
  /** Its only element becomes 1 when each request has its outcome. */
  readonly isDone: Int32Array<SharedArrayBuffer>;
  /** Gets the outcomes. */
  readonly port: MessagePort;
}

export interface LastRequest {
  readonly signal: Signal;
  readonly settings: OtlpSettings;
  readonly body: Uint8Array;
}

/** Outcome of an attempt to send a request; a failure may be followed by another attempt. */
export type LastOutcome = {
  /** Index of the request in `requests`. */
  readonly index: number;
} & (
  | { readonly answer: Uint8Array }
  | { readonly failure: { readonly reason: string; readonly message: string; readonly isRetryable: boolean } }
);

interface Sending {
  readonly from: SignalOutbox<never>;
  readonly batch: Batch;
}

/**
 * Sends all that waits by another thread, while this one stands still: in an `exit` handler the event loop turns no
 * more. What could not be sent is still queued afterwards.
 *
 * @param threadPath finds the compiled `last-delivery-thread`
 */
export function deliverBlocking(
  outboxes: readonly SignalOutbox<never>[],
  threadPath: () => string,
  timeoutMillis: number,
): void {
  const sendings = timeoutMillis > 0 ? outboxes.flatMap(takeAll) : [];
  if (sendings.length === 0) return;
  try {
    for (const outcome of postAll(sendings, threadPath, timeoutMillis))
      settle(sendings[outcome.index] as Sending, outcome);
  } catch (error) {
    reportOnce('last delivery', `the last delivery failed: ${describeError(error)}`);
  }
  for (const { queue } of outboxes) queue.reclaim();
}

function takeAll(from: SignalOutbox<never>): Sending[] {
  from.queue.reclaim(); // what is in flight will not be answered any more
  const sendings: Sending[] = [];
  for (let batch = from.queue.take(); batch !== undefined; batch = from.queue.take()) sendings.push({ from, batch });
  return sendings;
}

function postAll(sendings: readonly Sending[], threadPath: () => string, timeoutMillis: number): LastOutcome[] {
  const isDone = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const { port1, port2 } = new MessageChannel();
  const requests = sendings.map(({ from, batch }): LastRequest => {
    return { signal: from.signal, settings: from.settings, body: from.request(batch) };
  });
  const workerData: LastDelivery = { requests, timeoutMillis, isDone, port: port2 };
  const worker = new Worker(threadPath(), {
    workerData,
    transferList: [port2],
    env: {}, // with the application's, NODE_OPTIONS would preload us there once more
    execArgv: [],
  });
  Atomics.wait(isDone, 0, 0, timeoutMillis);
  void worker.terminate();
  return receiveAll(port1);
}

function receiveAll(port: MessagePort): LastOutcome[] {
  const outcomes: LastOutcome[] = [];
  for (;;) {
    const received = receiveMessageOnPort(port);
    if (received === undefined) return outcomes;
    outcomes.push(received.message as LastOutcome);
  }
}

function settle({ from, batch }: Sending, outcome: LastOutcome): void {
  if ('answer' in outcome) {
    const { url, headers } = from.settings;
    return acknowledge(from, batch, readAcknowledgement(outcome.answer, from.format, url, headers));
  }
  const { reason, message, isRetryable } = outcome.failure;
  noteTrouble(from.account, message);
  if (!isRetryable) refuse(from, batch, reason, message);
}
