import type { Scope } from './queue/record-queue.ts';

/** Queues an encoded item of a scope for the backend. */
export type Enqueue = (scope: Scope, bytes: Uint8Array) => void;

/** A place between encoding and queueing where items wait for a decision, such as the buffer of a tail sampler. */
export interface Stage<Item> {
  /**
   * Takes an item over. It is counted as recorded when it is handed on.
   *
   * @param bytes a copy, which the stage may keep
   */
  take(item: Item, scope: Scope, bytes: Uint8Array): void;
}

/** Creates a stage, which hands on what it keeps by `enqueue`. */
export type OpenStage<Item> = (enqueue: Enqueue) => Stage<Item>;
