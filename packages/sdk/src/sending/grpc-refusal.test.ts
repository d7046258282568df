import fc from 'fast-check';
import { expect, test } from 'vitest';

import { grpcRefusal } from './grpc-refusal.ts';

const URL = 'http://backend:4317';

test('names the status, what the backend said of it, and a remedy', () => {
  const { message } = grpcRefusal(URL, { 'grpc-status': '16', 'grpc-message': 'no%20key' });

  expect(message).toBe(`${URL} answered UNAUTHENTICATED: no key; check the API key in OTEL_EXPORTER_OTLP_HEADERS`);
});

test.each(['1', '4', '10', '11', '14', '15'])('status %s is worth another attempt', (status) => {
  expect(grpcRefusal(URL, { 'grpc-status': status }).isRetryable).toBe(true);
});

test.each(['2', '3', '5', '6', '7', '8', '9', '12', '13', '16', '17', 'x'])('status %s is final', (status) => {
  expect(grpcRefusal(URL, { 'grpc-status': status }).isRetryable).toBe(false);
});

test('an exhausted backend that says when it recovers is worth another attempt', () => {
  const details = Buffer.from('\u0012/type.googleapis.com/google.rpc.RetryInfo').toString('base64');

  const { isRetryable } = grpcRefusal(URL, { 'grpc-status': '8', 'grpc-status-details-bin': details });

  expect(isRetryable).toBe(true);
});

test.each([
  [503, true],
  [404, false],
])('an answer with %i and no gRPC status: retryable is %s', (status, isRetryable) => {
  const refusal = grpcRefusal(URL, { ':status': status });

  expect(refusal.message).toBe(`${URL} answered ${status} without a gRPC status; is it a port for HTTP?`);
  expect(refusal.isRetryable).toBe(isRetryable);
});

test.each([
  ['before its headers', {}],
  ['before its trailers', { ':status': 200, 'content-type': 'application/grpc' }],
])('an answer that is cut off %s is worth another attempt', (_, headers) => {
  const refusal = grpcRefusal(URL, headers);

  expect(refusal.message).toBe(`the connection to ${URL} was lost`);
  expect(refusal.isRetryable).toBe(true);
});

test('whatever the backend says, one short line comes of it', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 1000 }), (said) => {
      const { message } = grpcRefusal(URL, { 'grpc-status': '13', 'grpc-message': said });

      expect(message.length).toBeLessThan(300);
      expect(message).not.toMatch(/[\n\r]/);
    }),
  );
});

test('a message and a status of any kind steer no terminal and are counted as one cause', () => {
  const ansi = grpcRefusal(URL, { 'grpc-status': '13', 'grpc-message': '%1B%5D0%3Bpwned%07%C2%9B%E2%80%AEx' });
  const odd = ['9'.repeat(5000), '\u001B[2J', 'x'].map((status) => grpcRefusal(URL, { 'grpc-status': status }));

  expect(ansi.message).toBe(`${URL} answered INTERNAL: ]0;pwnedx`);
  expect(new Set(odd.map(({ reason }) => reason)).size).toBe(1);
  expect(odd[0]?.message).toBe(`${URL} answered an unknown status`);
});
