import type { SlotRun } from '../src/outbox/queue/arena.ts';

/** Where a run of slots lies in the memory that all threads share. */
export interface SlotPlace {
  readonly start: number;
  readonly end: number;
}

export function placeOf({ bytes }: SlotRun): SlotPlace {
  return { start: bytes.byteOffset, end: bytes.byteOffset + bytes.length };
}

/** The places that share bytes with another one. */
export function overlaps(places: readonly SlotPlace[]): SlotPlace[] {
  return places.filter(({ start, end }, index) =>
    places.some((other, at) => at !== index && other.start < end && start < other.end),
  );
}
