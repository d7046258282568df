import { EventEmitter, once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { finished, pipeline } from 'node:stream/promises';

import { recordSpans, type RecordedSpans } from '@clew/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { span } from './span.ts';

let recorded: RecordedSpans;
beforeEach(() => void (recorded = recordSpans()));
afterEach(() => recorded[Symbol.dispose]());

test('the span of a readable stream lasts until it is drained', async () => {
  const stream = Readable.from(['a', 'b']);

  const result = span('read', () => stream);
  expect(result).toBe(stream);
  expect(recorded.tree()).toBe('read (open)');
  expect(await result.toArray()).toEqual(['a', 'b']);

  expect(recorded.tree()).toBe('read');
  expect(recorded.named('read').attributes['clew.time_to_first_item']).toEqual(expect.any(Number));
});

test('a stream is not started by its span', async () => {
  let reads = 0;
  const stream = span('read', () => new Readable({ read: () => void reads++ }));

  await new Promise((resolve) => setImmediate(resolve));

  expect([reads, stream.readableFlowing, stream.listenerCount('data')]).toEqual([0, null, 0]);
});

test.each<[string, (stream: Readable) => unknown]>([
  ['for await', (stream) => collect(stream)],
  [
    'data events',
    (stream) =>
      once(
        stream.on('data', () => {}),
        'end',
      ),
  ],
  ['pipeline', (stream) => pipeline(stream, new PassThrough().resume())],
  ['read()', (stream) => finished(stream.on('readable', () => void stream.read()))],
  ['a web stream', (stream) => collect(Readable.toWeb(stream) as AsyncIterable<unknown>)],
])('a stream may be read by %s', async (_, read) => {
  await read(span('read', () => createReadStream(import.meta.filename)));

  expect(recorded.tree()).toBe('read');
});

test('a stream that is destroyed has ended', async () => {
  const stream = span('read', () => Readable.from(['a', 'b']));

  stream.destroy();
  await once(stream, 'close');

  expect(recorded.tree()).toBe('read');
});

test('an error of a stream is on its span', async () => {
  const stream = span('read', () => createReadStream('/nowhere/at/all'));

  await expect(stream.toArray()).rejects.toThrow('ENOENT');

  expect(recorded.named('read').status.message).toContain('ENOENT');
});

test('an error of a stream that nobody handles is still thrown', () => {
  const stream = span('read', () => new Readable());

  expect(() => stream.emit('error', new Error('reset'))).toThrow('reset');
  expect(stream.listenerCount('error')).toBe(0);
});

test('the span of a writable stream lasts until it is finished', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'clew-spans-'));
  const stream = span('write', () => createWriteStream(join(directory, 'out')));

  stream.end('text');
  expect(recorded.tree()).toBe('write (open)');
  await finished(stream);

  expect(recorded.tree()).toBe('write');
  await rm(directory, { recursive: true });
});

test('the span of a duplex stream lasts until both of its sides have ended', async () => {
  const stream = span('transform', () => new PassThrough({ autoDestroy: false }));

  stream.end('text');
  await once(stream, 'finish');
  expect(recorded.tree()).toBe('transform (open)');
  await stream.toArray();

  expect(recorded.tree()).toBe('transform');
});

test('a stream that has ended is a value', async () => {
  const stream = Readable.from([]);
  await stream.toArray();

  span('read', () => stream);

  expect(recorded.tree()).toBe('read');
});

test('a response of a real server is followed until its body is read', async () => {
  const server = createServer((_, response) => response.end('body')).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  const response = await span('get', async () => {
    const [incoming] = (await once(get({ port, agent: false }), 'response')) as [IncomingMessage];
    return incoming;
  });
  expect(recorded.tree()).toBe('get (open)');
  expect(String(Buffer.concat(await response.toArray()))).toBe('body');

  expect(recorded.tree()).toBe('get');
  server.close();
});

test('an emitter is followed to the events that it is said to end on', () => {
  const emitter = new EventEmitter();

  const result = span('job', () => emitter, { endOn: ['completed', 'cancelled'] });
  emitter.emit('progress', 50);
  expect(recorded.tree()).toBe('job (open)');
  emitter.emit('completed');

  expect(result).toBe(emitter);
  expect(recorded.tree()).toBe('job');
});

test('an error event fails the span of an emitter', () => {
  const emitter = new EventEmitter();
  emitter.on('error', () => {});

  span('job', () => emitter, { endOn: ['completed'] });
  emitter.emit('error', new Error('stalled'));

  expect(recorded.tree()).toBe('job !stalled');
});

test('an EventTarget is followed to the events that it is said to end on', () => {
  const target = new EventTarget();

  span('socket', () => target, { endOn: ['close'] });
  expect(recorded.tree()).toBe('socket (open)');
  target.dispatchEvent(new Event('close'));

  expect(recorded.tree()).toBe('socket');
});

test('what emits nothing is a value, whatever it is said to end on', () => {
  span('job', () => ({ id: 7 }), { endOn: ['completed'] });

  expect(recorded.tree()).toBe('job');
});

async function collect<T>(iterable: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of iterable) items.push(item);
  return items;
}
