import type { Scope } from './queue/record-queue.ts';

/** Queues an encoded item of a scope for the backend. */
export type Enqueue = (scope: Scope, bytes: Uint8Array) => void;

/** A place between encoding and queueing where items wait for a decision, such as the buffer of a tail sampler. */
export interface Stage<Item> {
  /**
   * Takes an item over. It is counted as recorded when it is handed on.
   *
   * @param buffer is lent: the stage copies the bytes that it keeps, and does so before it calls anything that may record
   *   another item
   * @param length of the encoded item: it stands at the start of `buffer`, which may be longer
   */
  take(item: Item, scope: Scope, buffer: Buffer, length: number): void;
}

/** Creates a stage, which hands on what it keeps by `enqueue`. */
export type OpenStage<Item> = (enqueue: Enqueue) => Stage<Item>;
