// The thread of the last delivery: it sends what it is given and tells what became of it, while the thread that
// started it stands still at the end of the process.
import { setTimeout } from 'node:timers/promises';
import { workerData } from 'node:worker_threads';

import { isUnreachable, toSendError } from '../sending/send-error.ts';
import type { Sender } from '../sending/sender.ts';
import { createSender } from '../sending/create-sender.ts';
import type { LastDelivery, LastOutcome, LastRequest } from './last-delivery.ts';

const MAX_IN_FLIGHT = 8;
const FIRST_WAIT_MILLIS = 50;
const MAX_WAIT_MILLIS = 200;
/** So much earlier than the thread that waits, this one is done and has told why it failed. */
const MARGIN_MILLIS = 50;

/** Sends everything that `workerData` holds, each request again and again while there is time. */
export async function sendAll({ requests, timeoutMillis, isDone, port }: LastDelivery): Promise<void> {
  const deadline = performance.now() + timeoutMillis - MARGIN_MILLIS;
  const alive = setInterval(() => {}, timeoutMillis); // the senders' sockets would let this thread end
  const senders = new Map<string, Sender>();
  const waiting = requests.entries();
  let isHopeless = false; // once nothing listens, the other requests need not find out for themselves

  function senderOf({ signal, settings }: LastRequest): Sender {
    const known = senders.get(signal) ?? createSender(signal, settings);
    senders.set(signal, known);
    return known;
  }

  async function sendUntilDeadline(index: number, request: LastRequest): Promise<void> {
    const tell = (outcome: LastOutcome) => port.postMessage(outcome);
    for (let wait = FIRST_WAIT_MILLIS; ; wait = Math.min(wait * 2, MAX_WAIT_MILLIS)) {
      try {
        const answer = await senderOf(request).send(request.body, Math.max(1, deadline - performance.now()));
        return tell({ index, answer });
      } catch (error) {
        const { reason, message, isRetryable } = toSendError(error);
        tell({ index, failure: { reason, message, isRetryable } });
        isHopeless ||= isUnreachable(reason);
        if (!isRetryable || isHopeless || performance.now() + wait > deadline) return;
      }
      await setTimeout(wait);
    }
  }

  async function sendNext(): Promise<void> {
    for (const [index, request] of waiting) await sendUntilDeadline(index, request);
  }

  await Promise.all(Array.from({ length: MAX_IN_FLIGHT }, sendNext));
  clearInterval(alive);
  Atomics.store(isDone, 0, 1);
  Atomics.notify(isDone, 0);
}

void sendAll(workerData as LastDelivery);
