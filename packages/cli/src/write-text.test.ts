import { PassThrough } from 'node:stream';
import { setImmediate } from 'node:timers/promises';

import { expect, test } from 'vitest';

import { writeText } from './write-text.ts';

test('a slow reader is waited for', async () => {
  const stream = new PassThrough({ highWaterMark: 1 });
  let isTaken = false;
  const writing = writeText(stream, 'text').then((isRead) => {
    isTaken = true;
    return isRead;
  });
  await setImmediate();
  const isTakenUnread = isTaken;

  stream.resume();

  expect(await writing).toBe(true);
  expect(isTakenUnread).toBe(false);
});

test('a reader that went away is told as such, again and again', async () => {
  const stream = new PassThrough();
  stream.destroy(new Error('EPIPE'));

  expect([await writeText(stream, 'one'), await writeText(stream, 'two')]).toEqual([false, false]);
});
