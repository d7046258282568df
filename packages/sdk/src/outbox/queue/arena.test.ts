import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { overlaps, placeOf } from '../../../test/slot-places.ts';
import { attachArena, createArena, type Arena, type SlotRun } from './arena.ts';

const SLOT = 64 * 1024;
const MAIN = { threadId: 0, queue: 0 };
const OTHER = { threadId: 7, queue: 2 };

describe('slots', () => {
  test('are taken lowest first, as many as the bytes need, side by side', () => {
    const arena = createArena(4 * SLOT);

    const runs = [arena.take(1, MAIN), arena.take(SLOT + 1, MAIN), arena.take(SLOT, MAIN)];

    expect(runs.map((run) => run && placeOf(run))).toEqual([
      { start: 0, end: SLOT },
      { start: SLOT, end: 3 * SLOT },
      { start: 3 * SLOT, end: 4 * SLOT },
    ]);
  });

  test('are not there when all are taken, or when the free ones are not side by side', () => {
    const arena = createArena(4 * SLOT);
    const runs = Array.from({ length: 4 }, () => take(arena, SLOT));
    expect(arena.take(1, MAIN)).toBeUndefined();

    runs[1]?.free();
    runs[3]?.free();

    expect(arena.take(2 * SLOT, MAIN)).toBeUndefined();
    expect(placeOf(take(arena, 1)).start).toBe(SLOT);
  });

  test('are never more than the arena has', () => {
    expect(createArena(2 * SLOT).take(2 * SLOT + 1, MAIN)).toBeUndefined();
  });

  test.each([
    { maxBytes: 3 * SLOT + 1, holds: 3 * SLOT },
    { maxBytes: SLOT - 1, holds: SLOT },
    { maxBytes: 1, holds: SLOT },
    { maxBytes: 1e15, holds: 2 ** 30 },
  ])('of an arena of $maxBytes bytes hold $holds', ({ maxBytes, holds }) => {
    const arena = createArena(maxBytes);

    expect(arena.maxBytes).toBe(holds);
    expect(take(arena, holds).bytes).toHaveLength(holds);
  });

  test('are another run when they are taken again: nothing used, and younger', () => {
    const arena = createArena(SLOT);
    const before = take(arena, 1);
    before.setUsed(500);
    before.free();

    const again = take(arena, 1);

    expect(again.used()).toBe(0);
    expect(again.age).toBeGreaterThan(before.age);
  });

  test('are freed once: the second time they may be another run', () => {
    const arena = createArena(SLOT);
    const before = take(arena, 1);
    before.free();
    const again = take(arena, 1);

    before.free();

    expect(again.isOwn()).toBe(true);
    expect(arena.take(1, MAIN)).toBeUndefined();
  });

  test('never overlap and never exceed the arena, whatever is taken and freed', () => {
    const steps = fc.array(
      fc.oneof(fc.record({ take: fc.integer({ min: 1, max: 5 * SLOT }) }), fc.record({ free: fc.nat() })),
    );

    fc.assert(
      fc.property(fc.integer({ min: 1, max: 16 * SLOT }), steps, (maxBytes, todo) => {
        const arena = createArena(maxBytes);
        const taken: SlotRun[] = [];
        for (const step of todo) {
          if ('free' in step) taken.splice(step.free % (taken.length + 1), 1)[0]?.free();
          const run = 'take' in step ? arena.take(step.take, MAIN) : undefined;
          if (run !== undefined) taken.push(run);

          expect(overlaps(taken.map(placeOf))).toEqual([]);
          expect(taken.reduce((sum, { bytes }) => sum + bytes.length, 0)).toBeLessThanOrEqual(arena.maxBytes);
        }
      }),
    );
  });
});

describe('another thread', () => {
  test('sees what was taken, by whom, for what and how much of it is used, the oldest first', () => {
    const arena = createArena(8 * SLOT);
    const first = take(arena, 1);
    take(arena, 1);
    first.free();
    arena.take(SLOT + 1, OTHER)?.setUsed(9);
    arena.take(1, OTHER); // in the slot of the first
    const attached = attachArena(arena.memory);

    const seen = attached.takenBy((thread) => thread === OTHER.threadId);

    expect(attached.maxBytes).toBe(arena.maxBytes);
    expect(seen.map((run) => ({ ...placeOf(run), queue: run.queue, used: run.used() }))).toEqual([
      { start: 2 * SLOT, end: 4 * SLOT, queue: 2, used: 9 },
      { start: 0, end: SLOT, queue: 2, used: 0 },
    ]);
  });

  test('reads the bytes that were written', () => {
    const arena = createArena(SLOT);
    take(arena, 5).bytes.write('hello');

    const [run] = attachArena(arena.memory).takenBy(() => true);

    expect(run?.bytes.toString('utf8', 0, 5)).toBe('hello');
  });

  test('adopts a run once, and then has to free it itself', () => {
    const arena = createArena(SLOT);
    const run = arena.take(1, OTHER) as SlotRun;
    const attached = attachArena(arena.memory);
    const [one, other] = [...attached.takenBy(() => true), ...attached.takenBy(() => true)] as [SlotRun, SlotRun];

    expect([one.adopt(0), other.adopt(1)]).toEqual([true, false]);

    run.free();
    other.free();
    expect([run.isOwn(), one.isOwn()]).toEqual([false, true]);
    expect(arena.take(1, MAIN)).toBeUndefined();
    one.free();
    expect(arena.take(1, MAIN)).toBeDefined();
  });

  test('finds under its new owner what was adopted, written by the first one', () => {
    const arena = createArena(SLOT);
    arena.take(1, { threadId: 9, queue: 0 });
    const ofNine = arena.takenBy((thread) => thread === 9)[0];
    ofNine?.adopt(7);

    const [ofSeven] = arena.takenBy((thread) => thread === 7);

    expect(arena.takenBy((thread) => thread === 9)).toEqual([]);
    expect(ofSeven?.threadId).toBe(9);
    expect(ofSeven?.adopt(0)).toBe(true);
  });

  test('does not adopt what was freed since it looked, nor what is there instead', () => {
    const arena = createArena(SLOT);
    const run = arena.take(1, OTHER) as SlotRun;
    const [seen] = attachArena(arena.memory).takenBy(() => true);
    run.free();
    expect(seen?.adopt(0)).toBe(false);

    const next = arena.take(1, OTHER);

    expect(seen?.adopt(0)).toBe(false);
    expect(next?.isOwn()).toBe(true);
  });
});

function take(arena: Arena, bytes: number): SlotRun {
  const run = arena.take(bytes, MAIN);
  if (run === undefined) throw new Error('there is no room');
  return run;
}
