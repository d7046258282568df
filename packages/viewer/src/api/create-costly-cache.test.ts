import { setTimeout as delay } from 'node:timers/promises';

import { expect, test } from 'vitest';

import { createCostlyCache } from './create-costly-cache.ts';

test('those who ask at once share a result, and the next one gets a new one when it was cheap', async () => {
  const cache = createCostlyCache<number>();
  let made = 0;
  const make = async () => ++made;

  const together = await Promise.all([cache.get('a', make), cache.get('a', make), cache.get('b', make)]);

  expect(together).toEqual([1, 1, 2]);
  expect(await cache.get('a', make)).toBe(3);
});

test('a costly result is kept for a while, until everything is forgotten', async () => {
  const cache = createCostlyCache<number>();
  let made = 0;
  const make = async () => {
    await delay(50);
    return ++made;
  };

  await cache.get('a', make);
  const again = await cache.get('a', make);
  cache.forget();
  const anew = await cache.get('a', make);
  await expect.poll(() => cache.get('a', make)).toBeGreaterThan(anew);

  expect([again, anew]).toEqual([1, 2]);
});

test('what is made when everything is forgotten is for those who asked before', async () => {
  const cache = createCostlyCache<string>();
  let resolve: (result: string) => void = () => undefined;
  const promise = new Promise<string>((settle) => (resolve = settle));

  const before = cache.get('a', () => promise);
  cache.forget();
  const after = cache.get('a', async () => 'new');
  resolve('old');

  expect([await before, await after]).toEqual(['old', 'new']);
});

test('a failure is for those who asked, and the next one tries anew', async () => {
  const cache = createCostlyCache<string>();

  await expect(cache.get('a', () => Promise.reject(new Error('failed')))).rejects.toThrow('failed');

  expect(await cache.get('a', async () => 'fine')).toBe('fine');
});
