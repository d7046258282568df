import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

import { describe, expect, test } from 'vitest';

import { duringStep, steps } from '../../../test/during-step.ts';
import { overlaps, placeOf } from '../../../test/slot-places.ts';
import { attachArena, createArena, type Arena, type SlotRun } from './arena.ts';

const SLOT = 64 * 1024;
const MAIN = { threadId: 0, queue: 0 };
const OTHER = { threadId: 7, queue: 2 };

test('two threads that take slots at the same time get others', async () => {
  const arena = createArena(16 * SLOT);
  const isReady = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(takeAndFree, {
    eval: true,
    workerData: { memory: arena.memory, isReady, arena: new URL('./arena.ts', import.meta.url).href },
  });
  const ended = once(worker, 'exit');
  Atomics.wait(isReady, 0, 0, 20_000);

  const clashes = countClashes(arena, 1);

  const [theirs] = await ended;
  expect([clashes, theirs]).toEqual([0, 0]);
  expect(arena.takenBy(() => true)).toEqual([]);
  expect(arena.take(arena.maxBytes, MAIN)).toBeDefined();
});

describe('between any two steps of one thread, another one', () => {
  test.each(steps(30))('takes slots of its own (step %i)', (step) => {
    const arena = createArena(5 * SLOT);
    const other = attachArena(arena.memory);

    const runs = duringStep(
      step,
      () => arena.take(2 * SLOT, MAIN),
      () => other.take(SLOT + 1, OTHER),
    );

    const taken = runs.flatMap((run) => run ?? []);
    expect(taken.map(({ threadId, queue }) => ({ threadId, queue }))).toEqual([MAIN, OTHER]);
    expect(overlaps(taken.map(placeOf))).toEqual([]);
  });

  test.each(steps(30))('sees a run that is being taken as it is, or not at all (step %i)', (step) => {
    const arena = createArena(5 * SLOT);
    arena.take(SLOT, OTHER)?.free();

    const [run, seen] = duringStep(
      step,
      () => arena.take(2 * SLOT, MAIN),
      () => arena.takenBy(() => true),
    );

    const expected = { ...MAIN, used: 0, bytes: 2 * SLOT };
    for (const each of seen) {
      const { threadId, queue, bytes } = each;
      expect({ threadId, queue, used: each.used(), bytes: bytes.length }).toEqual(expected);
    }
    expect(run?.isOwn()).toBe(true);
  });

  test.each(steps(8))('adopts a run that is being freed, or does not, and it is freed (step %i)', (step) => {
    const arena = createArena(2 * SLOT);
    const run = arena.take(2 * SLOT, OTHER) as SlotRun;
    const [seen] = arena.takenBy(() => true) as [SlotRun];

    const [, isAdopted] = duringStep(
      step,
      () => run.free(),
      () => seen.adopt(0),
    );

    expect(arena.take(1, MAIN) === undefined).toBe(isAdopted);
    if (isAdopted) seen.free();
    expect(arena.takenBy((thread) => thread !== MAIN.threadId)).toEqual([]);
  });

  test.each(steps(8))('adopts the run that this one adopts, and one of them has it (step %i)', (step) => {
    const arena = createArena(SLOT);
    arena.take(1, OTHER);
    const [one, other] = [...arena.takenBy(() => true), ...arena.takenBy(() => true)] as [SlotRun, SlotRun];

    const adopted = duringStep(
      step,
      () => one.adopt(0),
      () => other.adopt(1),
    );

    expect(adopted.toSorted()).toEqual([false, true]);
    expect([one.isOwn(), other.isOwn()]).toEqual(adopted);
  });
});

/** Program of the worker, which does the same; its exit code says how often somebody else had written in its slots. */
const takeAndFree = `
  const { workerData } = require('node:worker_threads');
  ${countClashes.toString()}
  import(workerData.arena).then(({ attachArena }) => {
    const arena = attachArena(workerData.memory);
    Atomics.store(workerData.isReady, 0, 1);
    Atomics.notify(workerData.isReady, 0);
    process.exit(Math.min(countClashes(arena, 2), 100));
  });
`;

/** Takes slots, marks each of them and frees them, over and over. Returns how often a mark was another's. */
function countClashes(arena: Arena, mark: number): number {
  const slot = 64 * 1024;
  let clashes = 0;
  for (let turn = 0; turn < 60_000; turn++) {
    const run = arena.take(((turn % 7) + 1) * slot, { threadId: mark, queue: turn });
    if (run === undefined) continue;
    for (let at = 0; at < run.bytes.length; at += slot) run.bytes[at] = mark;
    if (run.threadId !== mark || run.queue !== turn) clashes += 1;
    for (let at = 0; at < run.bytes.length; at += slot) if (run.bytes[at] !== mark) clashes += 1;
    run.free();
  }
  return clashes;
}
