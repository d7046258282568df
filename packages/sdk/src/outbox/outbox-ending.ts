import { tellUntold } from '@clew/diagnostics';

import { dropAtEnd } from './account.ts';
import { deliverBlocking } from './last-delivery.ts';
import type { SignalOutbox } from './signal-outbox.ts';
import { timers } from '../otel/timers.ts';

/** The end of an outbox: what waits is sent before a deadline, and what is left then is counted as lost. */
export interface OutboxEnding {
  /** Tells whether something waits that `end()` has not tried to send yet. */
  hasUnsent(): boolean;
  end(deadline: number): Promise<void>;
  endNow(deadline: number): void;
  giveUp(): void;
}

interface EndingParts {
  /** The outboxes of all signals. */
  each(): readonly SignalOutbox<never>[];
  isHost(): boolean;
  /** Takes over what waits in the other threads, which will not live longer than this one. */
  adoptAll(): void;
  lastDeliveryPath(): string;
}

/** A request that is aborted may take this long to notice. */
const ABORT_MILLIS = 100;

export function createOutboxEnding({ each, isHost, adoptAll, lastDeliveryPath }: EndingParts): OutboxEnding {
  /** How many items had been recorded when `end()` last tried to send them: at a natural end it tries once. */
  let tried = 0;
  /** The same when it last came to an end with them: what waits still, nobody will take. */
  let done = 0;

  const recorded = () => each().reduce((sum, { account }) => sum + account.recorded, 0);
  const isWaiting = () => each().some(({ queue }) => queue.count() > 0);

  async function sendAll(): Promise<void> {
    const before = recorded();
    tried = before;
    // The host sends what is left in this thread.
    if (!isHost()) return void (await Promise.all(each().map(({ courier }) => courier.settled())));
    const couldTry = await Promise.all(each().map(({ courier }) => courier.drain()));
    if (couldTry.every(Boolean)) done = before;
  }

  function giveUp(): void {
    for (const { signal, account, queue } of each()) {
      dropAtEnd(signal, account, queue.count());
      queue.clear();
    }
  }

  return {
    hasUnsent: () => isWaiting() && recorded() !== tried,
    async end(deadline) {
      const left = Math.max(0, deadline - timers.now());
      const abort = timers.setTimeout(() => each().forEach(({ courier }) => courier.abort()), left);
      await withDeadline(left + ABORT_MILLIS, sendAll);
      timers.clearTimeout(abort);
    },
    endNow(deadline) {
      if (!isHost()) return;
      adoptAll();
      const isUntried = isWaiting() && recorded() !== done;
      if (isUntried) deliverBlocking(each(), lastDeliveryPath, deadline - timers.now());
      giveUp();
      tellUntold();
    },
    giveUp,
  };
}

/** Waits for work, but not for ever, and keeps the process alive until then. */
export async function withDeadline(timeoutMillis: number, work: () => Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<void>((resolve) => (timer = timers.setTimeout(resolve, timeoutMillis)));
  await Promise.race([work(), deadline]);
  timers.clearTimeout(timer);
}
