import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

import { expect, test } from 'vitest';

import { createSharedArena } from './shared-arena.ts';

test('the threads of a process have one arena for each purpose', async () => {
  const outbox = createSharedArena('clew.outbox', 2 ** 17);
  const undecided = createSharedArena('clew.undecided', 2 ** 18);
  outbox.open();
  undecided.open();

  await once(new Worker(takeInUndecided, { eval: true, workerData: import.meta.resolve('./shared-arena.ts') }), 'exit');

  const lengths = [outbox, undecided].map((shared) => {
    return shared
      .open()
      .takenBy(() => true)
      .map(({ bytes }) => bytes.length);
  });
  expect(lengths).toEqual([[], [2 ** 18]]);
  for (const shared of [outbox, undecided]) shared.close();
});

test('an arena that was closed is another one when it is created again', () => {
  const [outbox, first] = [createSharedArena('clew.outbox', 1), createSharedArena('clew.undecided', 1)];
  const memories = [outbox, first].map((shared) => shared.open().memory);

  first.close();

  const second = createSharedArena('clew.undecided', 1);
  expect(second.open().memory).not.toBe(memories[1]);
  expect(createSharedArena('clew.outbox', 1).open().memory).toBe(memories[0]);
  for (const shared of [outbox, second]) shared.close();
});

const takeInUndecided = `
  const { threadId, workerData } = require('node:worker_threads');
  import(workerData).then(({ createSharedArena }) => {
    const arena = createSharedArena('clew.undecided', 1).open();
    arena.take(arena.maxBytes, { threadId, queue: 0 });
  });
`;
