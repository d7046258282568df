import type { Consumption } from '../consuming.ts';

/**
 * The messages of a channel that are being handled. Each span ends when its handler has ended and its message is settled,
 * whichever comes last.
 */
export interface OpenDeliveries {
  /** Begins to wait for the end of a handler, which the result tells, and for the message to be settled. */
  open(deliveryTag: number, consumption: Consumption): (...thrown: [] | [error: unknown]) => void;
  /** Tells that a message was settled, or all up to it: `0` stands for all that there are. */
  settle(deliveryTag: number, allUpTo: boolean, refusal?: Refusal): void;
  /** Tells that no message can be settled any more. */
  end(): void;
}

/** How a message was given back. */
export type Refusal = 'nack' | 'reject';

interface Entry {
  readonly consumption: Consumption;
  readonly openedAt: number;
  thrown?: [] | [error: unknown];
  /** Whether it is settled, and how where it was refused. */
  settled?: true | Refusal;
}

const LONGEST_TIMER = 2 ** 31 - 1; // Node treats longer ones as 1 ms

/** By delivery tag, oldest first. */
type Entries = Map<number, Entry>;

/** @param maxMillis how long a message may wait to be settled */
export function openDeliveries(maxMillis: number): OpenDeliveries {
  const entries: Entries = new Map();
  let timer: NodeJS.Timeout | undefined;

  function wait(millis: number): void {
    timer ??= setTimeout(sweep, Math.min(millis, LONGEST_TIMER)).unref();
  }

  function sweep(): void {
    timer = undefined;
    const due = Date.now() - maxMillis;
    for (const [tag, { openedAt }] of entries) {
      if (openedAt > due) return wait(openedAt - due);
      cutOff(entries, tag, 'timeout', `not settled within ${maxMillis / 1000} s`);
    }
  }

  return {
    open(deliveryTag, consumption) {
      const entry: Entry = { consumption, openedAt: Date.now() };
      entries.set(deliveryTag, entry);
      wait(maxMillis);
      return (...thrown) => {
        entry.thrown = thrown;
        endIfDone(entries, deliveryTag, entry);
      };
    },
    settle(deliveryTag, allUpTo, refusal) {
      if (allUpTo) {
        for (const tag of entries.keys()) {
          if (deliveryTag !== 0 && tag > deliveryTag) break;
          settle(entries, tag, refusal);
        }
      } else settle(entries, deliveryTag, refusal);
    },
    end() {
      for (const tag of entries.keys()) {
        cutOff(entries, tag, 'channel_closed', 'the channel closed before the message was settled');
      }
      clearTimeout(timer);
      timer = undefined;
    },
  };
}

function settle(entries: Entries, deliveryTag: number, refusal: Refusal | undefined): void {
  const entry = entries.get(deliveryTag);
  if (entry === undefined) return;
  entry.settled ??= refusal ?? true;
  endIfDone(entries, deliveryTag, entry);
}

function endIfDone(entries: Entries, deliveryTag: number, { consumption, thrown, settled }: Entry): void {
  if (thrown === undefined || settled === undefined) return;
  entries.delete(deliveryTag);
  if (thrown.length > 0) consumption.end(...thrown);
  else if (settled === true) consumption.end();
  else consumption.reject(settled, `${settled} called on the message`);
}

function cutOff(entries: Entries, deliveryTag: number, type: string, message: string): void {
  const { consumption, thrown = [] } = entries.get(deliveryTag) ?? {};
  entries.delete(deliveryTag);
  if (thrown.length > 0) consumption?.end(...thrown);
  else consumption?.reject(type, message);
}
