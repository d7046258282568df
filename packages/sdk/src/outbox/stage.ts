import type { ForeignItem } from './queue/foreign-chunks.ts';
import type { Scope } from './queue/record-queue.ts';

/** Queues the first `length` bytes of an encoded item of a scope for the backend. */
type Enqueue = (scope: Scope, buffer: Buffer, length: number) => void;

/** The ways out of a stage. Each item that it takes leaves by one of them, or is in one of its counts. */
export interface StageOut {
  readonly enqueue: Enqueue;
  /**
   * Counts and tells items as lost.
   *
   * @param reason what is counted as the same
   * @param explanation the reason with its remedy
   */
  lose(count: number, reason: string, explanation: string): void;
  /** Counts items as recorded that another thread had taken. */
  recordForeign(count: number): void;
  /** Queues items that another thread had taken. */
  enqueueForeign(threadId: number, resource: Uint8Array | undefined, items: readonly ForeignItem[]): void;
}

/** A place between encoding and queueing where items wait for a decision, such as the buffer of a tail sampler. */
export interface Stage<Item> {
  /**
   * Decides about an item before it is encoded, if it can. The item is counted as recorded.
   *
   * @returns whether it is let go of; otherwise `take` follows
   */
  letsGo?(item: Item): boolean;
  /**
   * Takes an item over, which is counted as recorded.
   *
   * @param buffer is lent: the stage copies the bytes that it keeps, and does so before it calls anything that may record
   *   another item
   * @param length of the encoded item: it stands at the start of `buffer`, which may be longer
   */
  take(item: Item, scope: Scope, buffer: Buffer, length: number): void;
  /** Counts of the items that have not left. */
  counts(): StageCounts;
}

/** Items in a stage, by what became of them. */
export interface StageCounts {
  /** Wait for a decision. */
  readonly undecided: number;
  /** Are gone, since it was decided not to keep them. */
  readonly sampledOut: number;
}

/** Creates a stage. */
export type OpenStage<Item> = (out: StageOut) => Stage<Item>;

/** Traces that wait for the decision of a sampling policy. */
export interface Undecided {
  /** The number of their ended spans. */
  count(): number;
  /** Decides those whose local roots have ended. */
  decideEnded(): void;
  /** Decides all, at the end of the process. */
  decideAll(): void;
  /** Decides about what waits in the other threads, which will not live longer than this one. */
  adoptAll(): void;
}
