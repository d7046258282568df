import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';

import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { requestLine } from '../test/record-traces.ts';
import { readRequests, type RequestCounts } from './read-requests.ts';

const ID = '0af7651916cd43dd8448eb211c80319c';
const line = (name: string) =>
  requestLine('shop', [{ traceId: ID, spanId: 'b7ad6b7169203331', name, start: 0, end: 1 }]).trimEnd();

/** Lines of every kind, with the field of the counts that each adds to; a request has a span with its text as a name. */
const lines = fc.oneof(
  fc.record({ kind: fc.constant('requests' as const), text: fc.string({ unit: 'grapheme', maxLength: 40 }) }),
  fc.record({ kind: fc.constant('otherSignals' as const), text: fc.constant('{"resourceLogs":[]}') }),
  fc.record({
    kind: fc.constant('malformed' as const),
    text: fc.oneof(
      fc.constantFrom('{', '[]', 'null', '{"resourceSpans":3}', '{"data":[{"traceID":"1"}]}', '"', '[[['),
      fc.json().filter((text) => !text.includes('resource')),
      fc.string({ unit: 'grapheme' }).filter((text) => text.trim() !== '' && !text.includes('\n')),
    ),
  }),
  fc.record({ kind: fc.constant('tooLong' as const), text: fc.constant('x'.repeat(2001)) }),
);

test('however a file of lines is cut into pieces, each line is read or counted, and none throws', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(lines), fc.array(fc.nat()), async (given, cuts) => {
      const texts = given.map(({ kind, text }) => (kind === 'requests' ? line(text) : text));
      const bytes = Buffer.from(`{}\n${texts.join('\n')}\n`);

      const { names, counts } = await read(pieces(bytes, cuts), 2000);

      const ofKind = (wanted: string) => given.filter(({ kind }) => kind === wanted);
      expect(names).toEqual(ofKind('requests').map(({ text }) => text));
      expect(counts).toMatchObject({
        requests: ofKind('requests').length,
        otherSignals: ofKind('otherSignals').length,
        malformed: ofKind('malformed').length + 1,
        tooLong: ofKind('tooLong').length,
        isCut: false,
      });
    }),
  );
});

test('a file that is cut off anywhere has all spans of its whole lines, and says so', async () => {
  const names = ['one', 'two', 'thrée 🚀'];
  const bytes = Buffer.from(names.map((name) => `${line(name)}\n`).join(''));
  const [first = 0, second = 0] = names.map((_, i) =>
    Buffer.byteLength(
      names
        .slice(0, i + 1)
        .map(line)
        .join('\n'),
    ),
  );

  await fc.assert(
    fc.asyncProperty(fc.integer({ min: first + 2, max: bytes.length - 2 }), async (end) => {
      const isBetween = end === second || end === second + 1;

      const { names: read1, counts } = await read([bytes.subarray(0, end)]);

      expect(read1).toEqual(names.slice(0, end < second ? 1 : 2));
      expect(counts).toMatchObject({ isCut: !isBetween, malformed: 0 });
    }),
  );
});

test('the first line that is no request is told by its number', async () => {
  const { counts } = await read([Buffer.from(`\n${line('one')}\n{"a":1}\n{\n`)]);

  expect(counts).toMatchObject({ requests: 1, malformed: 2 });
  expect(counts.firstProblem).toEqual({ line: 3, problem: 'is not an ExportTraceServiceRequest in JSON' });
});

test.each([
  ['compressed with zip', [0x50, 0x4b, 3, 4]],
  ['HTML or XML', [...Buffer.from('<!DOCTYPE html>\n')]],
  ['a capture of network packets', [0xd4, 0xc3, 0xb2, 0xa1]],
  ['a capture of network packets', [0x0a, 0x0d, 0x0d, 0x0a, 0x1c, 0, 0, 0]],
  ['compressed with zstd', [0x28, 0xb5, 0x2f, 0xfd]],
  ['a binary format', [0, 0, 1, 0, 0x0a]],
  ['protobuf', [0x0a, 0xf3, 0x01]],
  ['UTF-16', [0xff, 0xfe, 0x7b, 0]],
])('a file that is %s is not read on', async (name, bytes) => {
  const { counts } = await read([Buffer.from(bytes), Buffer.from(`\n${line('one')}\n`)]);

  expect(counts).toMatchObject({ otherFormat: name, requests: 0, malformed: 0 });
});

test('a file that is compressed with gzip is read, however it is cut into pieces', async () => {
  const texts = Array.from({ length: 50 }, (_, i) => String(i));
  const bytes = gzipSync(texts.map((text) => `${line(text)}\n`).join(''));
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat()), async (cuts) => {
      const { names, counts } = await read(pieces(bytes, cuts));

      expect(names).toEqual(texts);
      expect(counts).toMatchObject({ otherFormat: undefined, damage: undefined, isCut: false, malformed: 0 });
    }),
    { numRuns: 30 },
  );
});

test('of compressed data that is cut off or damaged, what is in front is read', async () => {
  const texts = Array.from({ length: 3000 }, (_, i) => `${i} ${randomBytes(20).toString('hex')}`);
  const bytes = gzipSync(texts.map((text) => `${line(text)}\n`).join(''));
  const damaged = Buffer.concat([bytes, Buffer.from([0x1f, 0x8b, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9])]);

  const cut = await read(pieces(bytes.subarray(0, bytes.length / 2), [1000, 50_000]));
  const broken = await read(pieces(damaged, [1, 1000, 50_000]));

  for (const { names } of [cut, broken]) {
    expect(names.length).toBeGreaterThan(500);
    expect(names).toEqual(texts.slice(0, names.length));
  }
  expect(cut.counts).toMatchObject({ damage: undefined, isCut: true });
  expect(broken.counts).toMatchObject({ damage: 'unknown compression method', isCut: false });
});

test('a byte order mark in front of the first line is no part of it', async () => {
  const { names } = await read([Buffer.from(`\uFEFF${line('one')}\n`)]);

  expect(names).toEqual(['one']);
});

test('once there are enough spans, the stream is not read on', async () => {
  const input = Readable.from(Array.from({ length: 100 }, (_, i) => Buffer.from(`${line(String(i))}\n`)));
  const names: string[] = [];

  await readRequests(input, { spans: (spans) => names.push(...spans.map(({ name }) => name)) < 2 });

  expect(names).toEqual(['0', '1']);
  expect(input.destroyed).toBe(true);
});

async function read(
  chunks: readonly Buffer[],
  maxLength?: number,
): Promise<{ readonly names: string[]; readonly counts: RequestCounts }> {
  const names: string[] = [];
  const add = (spans: readonly { readonly name: string }[]) => names.push(...spans.map(({ name }) => name)) > 0;
  return { counts: await readRequests(Readable.from(chunks), { spans: add }, maxLength), names };
}

function pieces(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const edges = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length];
  return edges.slice(1).map((edge, i) => bytes.subarray(edges[i], edge));
}
