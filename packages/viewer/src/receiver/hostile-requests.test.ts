import { gzipSync } from 'node:zlib';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { startViewer, type Viewer } from '../start-viewer.ts';

const MIB = 1024 * 1024;
const TOO_MANY = 'has more than 100000 spans, events, links, log records and data points';

let viewer: Viewer;
beforeAll(async () => {
  viewer = await startViewer({ port: 0 });
});
afterAll(() => viewer.close());

test.each<[string, string, () => Buffer, string]>([
  ['cut off', 'traces', () => inSpan(Buffer.of(0x0a, 16, 1)), 'is cut off'],
  ['with a length beyond all memory', 'traces', () => Buffer.of(0x0a, ...Array(8).fill(0xff), 0x7f), 'is cut off'],
  ['with a number of eleven bytes', 'traces', () => inSpan(Buffer.of(0x30, ...Array(10).fill(0xff), 1)), '10 bytes'],
  ['of a million groups', 'logs', () => Buffer.alloc(MIB, 0x13), 'has more than 100 groups inside each other'],
  ['with a group that does not end', 'traces', () => inSpan(Buffer.of(0x13)), 'ends inside a group'],
  ['with values 10 000 deep', 'logs', () => deepBody(10_000), 'has more than 100 messages inside each other'],
  ['of seven million empty spans', 'traces', () => inScope(repeated(0x12, 14 * MIB)), TOO_MANY],
  ['of seven million empty events', 'traces', () => inSpan(repeated(0x5a, 14 * MIB)), TOO_MANY],
  ['of seven million empty links', 'traces', () => inSpan(repeated(0x6a, 14 * MIB)), TOO_MANY],
  ['of seven million empty log records', 'logs', () => inScope(repeated(0x12, 14 * MIB)), TOO_MANY],
  ['of seven million empty data points', 'metrics', () => inSpan(delimited(5, repeated(0x0a, 14 * MIB))), TOO_MANY],
])('protobuf %s is refused', async (_what, signal, body, problem) => {
  const refused = await post(signal, 'application/x-protobuf', body());

  expect(refused).toMatchObject({ status: 400, text: expect.stringContaining(problem) });
  expect(viewer.stats().lastError).toMatchObject({ path: `/v1/${signal}`, problem: expect.stringContaining(problem) });
  expect(viewer.stats()).toMatchObject({ traces: 0, bytes: 0 });
});

test.each<[string, string, () => string, string]>([
  ['of five million empty spans', 'traces', () => jsonSpans(`{}${',{}'.repeat(5 * MIB)}`), TOO_MANY],
  ['of five million empty events', 'traces', () => jsonSpans(`{"events":[{}${',{}'.repeat(5 * MIB)}]}`), TOO_MANY],
  ['of ten thousand values inside each other', 'traces', () => jsonSpans(deepAttribute(10_000)), 'inside each other'],
  ['of a million open lists', 'logs', () => '['.repeat(MIB), 'is not valid JSON'],
])('JSON %s is refused', async (_what, signal, body, problem) => {
  const refused = await post(signal, 'application/json', Buffer.from(body()));

  expect(refused).toMatchObject({ status: 400, text: expect.stringContaining(problem) });
});

test('text that is not UTF-8 is repaired', async () => {
  const ids = [delimited(1, Buffer.alloc(16, 1)), delimited(2, Buffer.alloc(8, 2))];
  const taken = await post(
    'traces',
    'application/x-protobuf',
    inSpan(Buffer.concat([...ids, delimited(5, Buffer.of(0xff, 0x61))])),
  );

  expect(taken.status).toBe(200);
  expect(viewer.store.span('01'.repeat(16), '02'.repeat(8))?.name).toBe('\uFFFDa');
  viewer.store.clear();
});

async function post(signal: string, type: string, body: Buffer) {
  const headers = { 'content-type': type, 'content-encoding': 'gzip' };
  const response = await fetch(`${viewer.url}/v1/${signal}`, {
    method: 'POST',
    headers,
    body: gzipSync(body, { level: 1 }),
  });
  return { status: response.status, text: await response.text() };
}

/** Fields without content, two bytes each. */
function repeated(tag: number, size: number): Buffer {
  return Buffer.alloc(size, Buffer.of(tag, 0));
}

const inScope = (records: Buffer) => delimited(1, delimited(2, records));
const inSpan = (fields: Buffer) => inScope(delimited(2, fields));

function delimited(field: number, content: Buffer): Buffer {
  const length: number[] = [];
  let rest = content.length;
  for (; rest >= 0x80; rest >>>= 7) length.push((rest & 0x7f) | 0x80);
  return Buffer.concat([Buffer.of((field << 3) | 2, ...length, rest), content]);
}

/** A log record whose body is a list in a list and so on. */
function deepBody(depth: number): Buffer {
  let value: Buffer = Buffer.alloc(0);
  for (let i = 0; i < depth; i++) value = delimited(5, delimited(1, value));
  return inSpan(delimited(5, value));
}

function jsonSpans(spans: string): string {
  return `{"resourceSpans":[{"scopeSpans":[{"spans":[${spans}]}]}]}`;
}

function deepAttribute(depth: number): string {
  const value = `${'{"arrayValue":{"values":['.repeat(depth)}{}${']}}'.repeat(depth)}`;
  return `{"attributes":[{"key":"a","value":${value}}]}`;
}
