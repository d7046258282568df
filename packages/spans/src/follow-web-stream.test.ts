import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';

import { recordSpans, type RecordedSpans } from '@clew/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { span } from './span.ts';
import { traced } from './traced.ts';

let recorded: RecordedSpans;
beforeEach(() => void (recorded = recordSpans()));
afterEach(() => recorded[Symbol.dispose]());

test.each<[string, (stream: ReadableStream) => Promise<unknown>]>([
  ['for await', (stream) => collect(stream)],
  ['values()', (stream) => collect(stream.values())],
  ['a reader', drain],
  ['pipeTo', (stream) => stream.pipeTo(new WritableStream())],
  ['pipeThrough', (stream) => drain(stream.pipeThrough(new TransformStream()))],
  ['tee', (stream) => Promise.all(stream.tee().map(drain))],
  ['a Response', (stream) => new Response(stream).text()],
  ['a stream of Node.js', (stream) => Readable.fromWeb(stream as never).toArray()],
])('the span of a web stream lasts until it is drained, by %s', async (_, read) => {
  const source = streamOf(new Uint8Array([1]), new Uint8Array([2]));

  const stream = span('read', () => source);
  expect(stream).toBe(source);
  expect(recorded.tree()).toBe('read (open)');
  await read(stream);

  expect(recorded.tree()).toBe('read');
});

test('what a reader reads is what was written, and the first item has its time', async () => {
  const reader = span('read', () => streamOf('a')).getReader();

  expect(await reader.read()).toEqual({ value: 'a', done: false });
  expect(await reader.read()).toEqual({ value: undefined, done: true });

  expect(recorded.named('read').attributes['clew.time_to_first_item']).toEqual(expect.any(Number));
});

test('a byte stream is read into the buffer of its reader', async () => {
  const bytes = new ReadableStream({
    type: 'bytes',
    start(controller) {
      controller.enqueue(new Uint8Array([7, 8]));
      controller.close();
    },
  });
  const reader = span('read', () => bytes).getReader({ mode: 'byob' });

  const { value } = await reader.read(new Uint8Array(2));
  await reader.read(new Uint8Array(1));
  await reader.closed;

  expect(value).toEqual(new Uint8Array([7, 8]));
  expect(recorded.tree()).toBe('read');
});

test('a web stream that is cancelled has ended', async () => {
  await span('read', () => streamOf('a')).cancel();

  expect(recorded.tree()).toBe('read');
});

test('a web stream that is left early has ended', async () => {
  for await (const _item of span('read', () => streamOf('a', 'b'))) break;

  expect(recorded.tree()).toBe('read');
});

test('a reader that lets the stream go does not end it', async () => {
  const stream = span('read', () => streamOf('a', 'b'));
  const reader = stream.getReader();
  await reader.read();

  reader.releaseLock();
  await new Promise((resolve) => setImmediate(resolve));
  expect(recorded.tree()).toBe('read (open)');
  expect(await collect(stream)).toEqual(['b']);

  expect(recorded.tree()).toBe('read');
});

test.each<[string, (stream: ReadableStream) => Promise<unknown>]>([
  ['for await', (stream) => collect(stream)],
  ['a reader', drain],
  ['pipeTo', (stream) => stream.pipeTo(new WritableStream())],
])('an error of a web stream is on its span and comes through, by %s', async (_, read) => {
  const error = new Error('reset');
  const stream = span(
    'read',
    () => new ReadableStream({ pull: (controller) => controller.error(error) }, { highWaterMark: 0 }),
  );

  await expect(read(stream)).rejects.toBe(error);

  expect(recorded.tree()).toBe('read !reset');
});

test('a stream that someone reads already is a value', () => {
  const stream = streamOf('a');
  stream.getReader();

  span('read', () => stream);

  expect(recorded.tree()).toBe('read');
});

test.each<[string, (response: Response) => Promise<unknown>]>([
  ['text()', (response) => response.text()],
  ['json()', (response) => response.json()],
  ['body', (response) => collect(response.body as AsyncIterable<Uint8Array>)],
  ['clone()', (response) => Promise.all([response.clone().text(), response.text()])],
  ['body.cancel()', async (response) => response.body?.cancel()],
])('the span of a fetch lasts until the body of its response is read, by %s', async (_, read) => {
  const server = createServer((_request, response) => response.end('{"id":7}')).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const fetchOrder = traced('fetch order', (id: number) => fetch(`http://127.0.0.1:${port}/orders/${id}`));

  const response = await fetchOrder(7);
  expect(recorded.tree()).toBe('fetch order (open)');
  await read(response);

  expect(response.status).toBe(200);
  expect(recorded.tree()).toBe('fetch order');
  server.close();
});

test('a response without a body is a value', () => {
  const response = span('respond', () => new Response(null, { status: 204 }));

  expect(response.status).toBe(204);
  expect(recorded.tree()).toBe('respond');
});

function streamOf<T>(...items: T[]): ReadableStream<T> {
  return new ReadableStream(
    {
      pull(controller) {
        const item = items.shift();
        if (item === undefined) controller.close();
        else controller.enqueue(item);
      },
    },
    { highWaterMark: 0 },
  );
}

async function drain(stream: ReadableStream): Promise<void> {
  const reader = stream.getReader();
  while (!(await reader.read()).done);
}

async function collect<T>(iterable: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of iterable) items.push(item);
  return items;
}
