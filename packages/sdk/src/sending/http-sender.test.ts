import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

import fc from 'fast-check';
import { expect, test } from 'vitest';

import type { OtlpSettings } from './otlp-settings.ts';
import { createHttpSender, retryAfterMillis } from './http-sender.ts';

const NOW = Date.UTC(2026, 0, 1);

test.each([
  ['0', 0],
  [' 120 ', 120_000],
  ['Thu, 01 Jan 2026 00:00:30 GMT', 30_000],
  ['Wed, 31 Dec 2025 23:59:59 GMT', 0],
  ['soon', undefined],
  ['-1s', undefined],
  ['', undefined],
])('Retry-After %j is %s ms from now', (value, millis) => {
  expect(retryAfterMillis(value, NOW)).toBe(millis);
});

test('a Retry-After is seconds, or a date, or nothing; never a negative wait', () => {
  fc.assert(
    fc.property(fc.string(), (value) => {
      const millis = retryAfterMillis(value, NOW);

      expect(millis === undefined || millis >= 0).toBe(true);
    }),
  );
});

test('an answer that trickles in without end is given up when the time is over', async () => {
  await using server = await startServer((_request, response) => {
    const trickle = setInterval(() => response.write('.'), 20);
    response.on('close', () => clearInterval(trickle));
  });
  const sender = createHttpSender(settingsOf(server.url));

  await expect(sender.send(Buffer.from('body'), 300)).rejects.toMatchObject({ reason: 'no answer', isRetryable: true });
});

async function startServer(listener: RequestListener) {
  const server = createServer(listener);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

const settingsOf = (url: string): OtlpSettings => ({
  url,
  compression: 'none',
  protocol: 'http/protobuf',
  headers: {},
  timeoutMillis: 10_000,
  certificate: undefined,
  clientKey: undefined,
  clientCertificate: undefined,
});
