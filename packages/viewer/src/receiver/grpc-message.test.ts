import { gzipSync } from 'node:zlib';

import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { grpcFrame, grpcMessageText, readGrpcMessage } from './grpc-message.ts';
import { createBodyReader } from './read-body.ts';

const { inflate } = createBodyReader();
const read = (body: Uint8Array, encoding = 'identity') => readGrpcMessage(Buffer.from(body), encoding, inflate);

test('a message that was framed is read', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 1000 }), async (message) => {
      expect(await read(grpcFrame(message))).toEqual(Buffer.from(message));
    }),
  );
});

test('a message that was compressed is inflated', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 1000 }), async (message) => {
      const body = grpcFrame(gzipSync(message));
      body[0] = 1;
      expect(await read(body, 'gzip')).toEqual(Buffer.from(message));
    }),
  );
});

test('arbitrary bytes are a message or refused, and never throw', async () => {
  const encodings = fc.constantFrom('identity', 'gzip', 'deflate', 'br', 'constructor');

  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 12 }), encodings, async (body, encoding) => {
      const message = await read(body, encoding);
      const status = Buffer.isBuffer(message) ? 200 : message.status;
      expect([200, 400, 404]).toContain(status);
    }),
  );
});

test.each([
  ['nothing', [], 'has 0 bytes where a message of gRPC begins'],
  ['half a prefix', [0, 0, 0], 'has 3 bytes where a message of gRPC begins'],
  ['less than was announced', [0, 0, 0, 0, 9, 1], 'is cut off: a message of 9 bytes announced, 1 came'],
  ['four gigabytes announced', [0, 255, 255, 255, 255], 'is cut off: a message of 4294967295 bytes announced, 0 came'],
  ['two messages', [0, 0, 0, 0, 1, 7, 0, 0, 0, 0, 0], 'carries more than one message'],
  ['another flag', [2, 0, 0, 0, 0], 'has 2 where 1 says that a message is compressed, and 0 that not'],
  ['compression without a name', [1, 0, 0, 0, 0], 'has a compressed message without a grpc-encoding'],
])('%s is malformed and named', async (_what, bytes, problem) => {
  expect(await read(Uint8Array.from(bytes))).toEqual({ status: 400, problem });
});

test('an encoding that is not known is refused by its name', async () => {
  expect(await read(Uint8Array.from([1, 0, 0, 0, 0]), 'snappy')).toEqual({
    status: 404,
    problem: 'has the unsupported grpc-encoding "snappy"',
  });
});

test('the text of a status is visible ASCII, whatever it was, and tells it', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 500 }), (text) => {
      const encoded = grpcMessageText(text);
      expect(encoded).toMatch(/^[ -~]*$/);
      expect(decodeURIComponent(encoded)).toBe(Buffer.from(text).toString());
    }),
  );
});
