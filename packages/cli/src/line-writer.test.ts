import { PassThrough } from 'node:stream';

import { expect, test } from 'vitest';

import { createLineWriter } from './line-writer.ts';

test('lines are written as they come', () => {
  const stream = new PassThrough();
  const writer = createLineWriter(stream);

  writer.write('one');
  writer.write('two');

  expect(stream.read().toString()).toBe('one\ntwo\n');
});

test('a slow reader loses lines and is told how many', async () => {
  const stream = new PassThrough({ highWaterMark: 10 });
  const writer = createLineWriter(stream);

  for (const line of ['a line that fills it', 'lost', 'lost too']) writer.write(line);
  let text = '';
  stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
  await writer.flush();
  writer.write('after');
  await writer.flush();

  expect(text).toBe('a line that fills it\nclew: 2 messages dropped: the output is read too slowly\nafter\n');
});

test('a reader that went away harms nobody', async () => {
  const stream = new PassThrough();
  const writer = createLineWriter(stream);
  stream.destroy(new Error('EPIPE'));

  writer.write('nobody reads this');
  await writer.flush();

  expect(stream.destroyed).toBe(true);
});
