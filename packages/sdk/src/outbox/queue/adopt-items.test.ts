import { once } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';

import { describe, expect, test } from 'vitest';

import { duringStep, steps } from '../../../test/during-step.ts';
import { itemBytes, numberOf, RESOURCE, scopeFor } from '../../../test/stored-items.ts';
import { adoptItems, type AdoptedItem } from './adopt-items.ts';
import { attachArena, createArena, type Arena } from './arena.ts';
import { createBlockStore, type BlockStore, type Handle } from './block-store.ts';

const OWNER = { threadId: 7, queue: 3 };

test('what another thread holds is adopted with its scope, and with the latest resource that the thread knew', () => {
  const arena = createArena(2 ** 20);
  const store = createBlockStore(arena, OWNER);
  putAll(store, [1]);
  store.defineResource(Buffer.from('incomplete'));
  putAll(store, [2]);
  store.defineResource(RESOURCE);
  putAll(store, [3]);

  const items = adopt(arena);

  expect(numbersIn(items)).toEqual([1, 2, 3]);
  for (const { threadId, queue, resource, scope, bytes } of items) {
    expect({ threadId, queue }).toEqual(OWNER);
    expect(resource).toEqual(RESOURCE);
    expect(scope).toEqual(scopeFor(numberOf(bytes)).definition);
  }
});

test('what a thread without a resource holds is adopted without one', () => {
  const arena = createArena(2 ** 20);
  putAll(createBlockStore(arena, OWNER), [1]);

  expect(adopt(arena).map(({ resource }) => resource)).toEqual([undefined]);
});

test('stores of one arena are adopted each by itself', () => {
  const arena = createArena(2 ** 20);
  const owners = [OWNER, { ...OWNER, queue: 0 }, { ...OWNER, threadId: 8 }];
  const stores = owners.map((owner) => createBlockStore(arena, owner));
  const items = stores.flatMap((store, index) => {
    store.defineResource(Buffer.from(`resource ${index}`));
    return putAll(store, [index]);
  });

  const seen = adopt(arena, 7).map(({ resource, bytes }) => `${String(resource)}: ${numberOf(bytes)}`);

  expect(seen.toSorted()).toEqual(['resource 0: 0', 'resource 1: 1']);
  expect(numberOf(stores[2]?.read(items[2] as Handle) as Buffer)).toBe(2);
});

test('the memory is free afterwards', () => {
  const arena = createArena(2 ** 22);
  putAll(createBlockStore(arena, OWNER), range(1000));

  adopt(arena);

  expect(arena.takenBy(() => true)).toEqual([]);
});

test('what stood in memory that a thread takes is not adopted with it', () => {
  const arena = createArena(2 ** 22);
  const before = createBlockStore(arena, OWNER);
  putAll(before, range(100));
  before.close();

  arena.take(1, OWNER); // the thread ends before it has cleared anything
  expect(adopt(arena)).toEqual([]);
  putAll(createBlockStore(arena, OWNER), [1]);

  expect(numbersIn(adopt(arena))).toEqual([1]);
});

test('a thread whose items were adopted is refused everything', () => {
  const arena = createArena(2 ** 20);
  const store = createBlockStore(arena, OWNER);
  const [item = 0] = putAll(store, [1]);
  adopt(arena);

  store.defineResource(RESOURCE);

  expect(store.put(scopeFor(2), itemBytes(2), 8)).toBeUndefined();
  expect([store.read(item), store.free(item)]).toEqual([undefined, false]);
  store.close();
  expect(arena.takenBy(() => true)).toEqual([]);
});

test('what a thread that ended while it adopted has not taken yet is adopted by the next one', () => {
  const arena = createArena(2 ** 22);
  putAll(createBlockStore(arena, OWNER), range(1000));
  const first = adoptItems(arena, 8, (thread) => thread === OWNER.threadId);
  const taken = [first.next(), first.next()].map(({ value }) => numberOf((value as AdoptedItem).bytes));

  const rest = numbersIn(adopt(attachArena(arena.memory), 8));

  expect([...taken, ...rest].toSorted((one, other) => one - other)).toEqual(range(1000));
});

describe('between any two steps of its thread', () => {
  test.each([8, 97])('an item is not adopted before it is whole (item %i)', (number) => {
    const arena = createArena(2 ** 20);
    const store = createBlockStore(arena, OWNER);
    putAll(store, [1, 2]);
    const adopted: AdoptedItem[] = [];
    const source = itemBytes(number);
    const { copy } = source;
    source.copy = (...given) => {
      adopted.push(...adopt(attachArena(arena.memory)));
      return copy.apply(source, given);
    };

    store.put(scopeFor(number), source, source.length);

    expect(numbersIn(adopted)).toEqual([1, 2]);
  });

  test.each(steps(12))('an item that is put is adopted whole, or not at all (step %i)', (step) => {
    const arena = createArena(2 ** 20);
    const store = createBlockStore(arena, OWNER);

    const [, adopted] = duringStep(
      step,
      () => [1, 2, 97].map((number) => store.put(scopeFor(number), itemBytes(number), itemBytes(number).length)),
      () => numbersIn(adopt(attachArena(arena.memory))),
    );

    expect([1, 2, 97].slice(0, adopted.length)).toEqual(adopted);
  });

  test.each(steps(8))('an item that is freed is adopted, or its thread has it (step %i)', (step) => {
    const arena = createArena(2 ** 20);
    const store = createBlockStore(arena, OWNER);
    const [, item = 0] = putAll(store, [1, 2, 97]);

    const [isFreed, adopted] = duringStep(
      step,
      () => store.free(item),
      () => numbersIn(adopt(attachArena(arena.memory))),
    );

    expect(adopted).toEqual(isFreed ? [1, 97] : [1, 2, 97]);
  });

  test.each(steps(60))('an item that two threads adopt is that of one of them (step %i)', (step) => {
    const arena = createArena(2 ** 20);
    putAll(createBlockStore(arena, OWNER), [1, 2, 97]);

    const both = duringStep(
      step,
      () => numbersIn(adopt(arena)),
      () => numbersIn([...adoptItems(attachArena(arena.memory), 9, (thread) => thread !== 9)]),
    );

    expect(both.flat().toSorted((one, other) => one - other)).toEqual([1, 2, 97]);
  });
});

describe('a worker thread that puts and frees without end', () => {
  const ENDS = ['terminate', 'exit'] as const;
  const cases = ENDS.flatMap((end) => [1, 50, 333, 1000, 2500, 6000].map((after) => ({ end, after })));

  test.each(cases)('leaves what it held when it is ended by $end after $after items', async ({ end, after }) => {
    const arena = createArena(2 ** 24);
    const ledger = new Int32Array(new SharedArrayBuffer(4 * 2 ** 20));
    const workerData = { memory: arena.memory, ledger, after: end === 'exit' ? after : Infinity, urls: URLS };
    const worker = new Worker(putAndFree, { eval: true, workerData });
    const { threadId } = worker;
    const ended = once(worker, 'exit');
    while (Atomics.load(ledger, LAST) < after) await setImmediate();
    if (end === 'terminate') await worker.terminate();
    await ended;

    const items = [...adoptItems(arena, 0, (thread) => thread === threadId)];

    const numbers = numbersIn(items);
    expect(new Set(numbers).size).toBe(numbers.length);
    const fates = numbers.map((number) => ledger[number]);
    expect(fates.filter((fate) => fate === FREED)).toEqual([]);
    expect(fates.filter((fate) => fate === UNKNOWN).length).toBeLessThanOrEqual(1); // the last one, put and not noted
    expect(fates.filter((fate) => fate === PUT).length).toBe(ledger.subarray(LAST + 1).filter(isPut).length);
    for (const { resource, scope, bytes } of items) {
      expect([resource, scope]).toEqual([RESOURCE, scopeFor(numberOf(bytes)).definition]);
    }
    expect(arena.takenBy(() => true)).toEqual([]);
  });
});

test('a thread that runs on has an item, or the one that adopts has it', async () => {
  const arena = createArena(2 ** 24);
  const ledger = new Int32Array(new SharedArrayBuffer(4 * 2 ** 20));
  const worker = new Worker(putAndFree, {
    eval: true,
    workerData: { memory: arena.memory, ledger, after: Infinity, urls: URLS },
  });
  const { threadId } = worker;
  const ended = once(worker, 'exit'); // when it is refused
  while (Atomics.load(ledger, LAST) < 1000) await setImmediate();

  const items = [...adoptItems(arena, 0, (thread) => thread === threadId)];
  await ended;

  const adopted = new Set(numbersIn(items));
  const fates = ledger.subarray(LAST + 1);
  const numbersOf = (fate: number) => [...fates.keys()].filter((at) => fates[at] === fate).map((at) => at + 1);
  expect(adopted.size).toBe(items.length);
  expect(numbersOf(FREED).filter((number) => adopted.has(number))).toEqual([]);
  expect(numbersOf(REFUSED).filter((number) => !adopted.has(number))).toEqual([]);
  // The one that it was putting meanwhile.
  expect(numbersOf(PUT).filter((number) => !adopted.has(number)).length).toBeLessThanOrEqual(1);
});

// The worker notes for each number what it has done with the item, and before the numbers the last one.
const LAST = 0;
const [UNKNOWN, PUT, FREED, REFUSED] = [0, 1, 3, 4];
const isPut = (fate: number) => fate === PUT;
const URLS = ['./arena.ts', './block-store.ts', '../../../test/stored-items.ts'].map((path) =>
  import.meta.resolve(path),
);

const putAndFree = `
  const { threadId, workerData } = require('node:worker_threads');
  const { memory, ledger, after, urls } = workerData;
  Promise.all(urls.map((url) => import(url))).then(([{ attachArena }, { createBlockStore }, items]) => {
    const store = createBlockStore(attachArena(memory), { threadId, queue: 0 });
    store.defineResource(items.RESOURCE);
    const held = [];
    for (let number = 1; number < ledger.length; number++) {
      const bytes = items.itemBytes(number);
      const item = store.put(items.scopeFor(number), bytes, bytes.length);
      if (item === undefined) process.exit();
      Atomics.store(ledger, number, 1);
      held.push({ number, item });
      while (held.length > 300 || (number % 3 === 0 && held.length > 0)) {
        const [freed] = held.splice((number * 7919) % held.length, 1);
        Atomics.store(ledger, freed.number, 2); // free or not
        Atomics.store(ledger, freed.number, store.free(freed.item) ? 3 : 4);
        if (held.length <= 300) break;
      }
      Atomics.store(ledger, 0, number);
      if (number >= after) process.exit();
    }
  });
`;

function putAll(store: BlockStore, numbers: readonly number[]): Handle[] {
  return numbers.map((number) => {
    const bytes = itemBytes(number);
    const item = store.put(scopeFor(number), bytes, bytes.length);
    if (item === undefined) throw new Error('there is no room');
    return item;
  });
}

const adopt = (arena: Arena, threadId = OWNER.threadId): AdoptedItem[] => [
  ...adoptItems(arena, 0, (thread) => thread === threadId),
];

const numbersIn = (items: readonly AdoptedItem[]): number[] =>
  items.map(({ bytes }) => numberOf(bytes)).toSorted((one, other) => one - other);

const range = (end: number): number[] => Array.from({ length: end }, (_, number) => number);
