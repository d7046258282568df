import { LANES, type Lane } from './demand.ts';

/**
 * Spans that are kept, on their way out at an even rate: those that are owed to other processes, then errors, slow ones and
 * the rest. Within each kind the first that came leaves first.
 */
export interface Pacer<Item> {
  /** Queues so many spans of an item. An item may be queued several times. */
  queue(item: Item, spans: number, urgency: Urgency): void;
  /** Sends what may leave by now. */
  send(): void;
  /** Sends all. What is too much for now is taken off later. */
  sendAll(): void;
  queued(): number;
}

/** Kinds of what is queued, in the order in which they leave. */
export type Urgency = 'owed' | Lane;

/** Lets spans out. */
export interface Gate {
  /** Takes room for up to so many spans; returns for how many there was. */
  take(spans: number): number;
  /** Takes it whether there is room or not. */
  force(spans: number): void;
}

/** Surroundings of a pacer. */
export interface PacerOptions<Item> {
  readonly gate: Gate;
  /** Sends the next so many spans of an item. */
  send(item: Item, spans: number): void;
  /** Spans that are owed and may wait. */
  maxOwed(): number;
  /** Told of owed spans that leave beyond what the gate lets out, as more of them wait than may. */
  onOvershoot(spans: number): void;
}

const URGENCIES: readonly Urgency[] = ['owed', ...LANES];
/** Part of the room that owed spans take from others. */
const OWED_SHARE = 0.6;

export function createPacer<Item>({ gate, send, maxOwed, onOvershoot }: PacerOptions<Item>): Pacer<Item> {
  const queues = URGENCIES.map(() => createFifo<{ readonly item: Item; spans: number }>());
  const [owed, ...others] = queues as [Fifo<{ readonly item: Item; spans: number }>, ...typeof queues];
  let queued = 0;
  let queuedOwed = 0;

  /** Sends up to so many spans of a queue; returns how many were left to send. */
  function sendFrom(queue: (typeof queues)[number], spans: number): number {
    let left = spans;
    for (let first = queue.first(); first !== undefined && left > 0; first = queue.first()) {
      const now = Math.min(first.spans, left);
      left -= now;
      queued -= now;
      if (queue === owed) queuedOwed -= now;
      first.spans -= now;
      if (first.spans === 0) queue.shift();
      send(first.item, now);
    }
    return left;
  }

  function sendSome(spans: number): void {
    const ofOwed = Math.ceil(spans * OWED_SHARE);
    let left = spans - ofOwed + sendFrom(owed, ofOwed);
    for (const queue of others) left = sendFrom(queue, left);
    sendFrom(owed, left);
  }

  return {
    queue(item, spans, urgency) {
      queues[URGENCIES.indexOf(urgency)]?.push({ item, spans });
      queued += spans;
      if (urgency === 'owed') queuedOwed += spans;
    },
    send() {
      if (queued > 0) sendSome(gate.take(queued));
      const tooMany = Math.ceil(queuedOwed - maxOwed());
      if (!(tooMany > 0)) return;
      sendFrom(owed, tooMany);
      onOvershoot(tooMany);
    },
    sendAll() {
      gate.force(queued);
      for (const queue of queues) sendFrom(queue, Infinity);
    },
    queued: () => queued,
  };
}

interface Fifo<T> {
  push(item: T): void;
  first(): T | undefined;
  shift(): void;
}

const MAX_GONE = 1024;

/** An array whose beginning is cut off now and then: `shift` of a long one takes time by its length. */
function createFifo<T>(): Fifo<T> {
  let items: T[] = [];
  let gone = 0;
  return {
    push: (item) => void items.push(item),
    first: () => items[gone],
    shift() {
      gone += 1;
      if (gone < MAX_GONE && gone < items.length) return;
      items = items.slice(gone);
      gone = 0;
    },
  };
}
