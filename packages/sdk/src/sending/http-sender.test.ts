import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTcpServer, type AddressInfo } from 'node:net';

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

const RAW_ANSWERS = {
  'switches protocols': 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
  'switches protocols and goes on in another': 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\nPRI * HTTP/2.0',
  'switches protocols without saying to what': 'HTTP/1.1 101 Switching Protocols\r\n\r\n',
  'informs and hangs up': 'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n',
  'breaks off in its headers': 'HTTP/1.1 200 OK\r\nContent-Le',
  'breaks off in its body': 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12',
  'says nothing': '',
};

test.each(Object.entries(RAW_ANSWERS))('a backend that %s has failed, and the batch is tried again', async (_, raw) => {
  const server = createTcpServer((socket) => socket.on('error', () => {}).once('data', () => socket.end(raw)));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const sender = createHttpSender(settingsOf(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));

  await expect(sender.send(Buffer.from('body'), 10_000)).rejects.toMatchObject({ isRetryable: true });

  sender.abort();
  server.close();
});

test('a success whose answer is too long to be read is a success', async () => {
  await using server = await startServer((_request, response) => void response.end(Buffer.alloc(5 * 1024 * 1024)));
  const sender = createHttpSender(settingsOf(server.url));

  await expect(sender.send(Buffer.from('body'), 10_000)).resolves.toHaveLength(0);
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

test('what a backend says with a refusal steers no terminal, is short, and repeats no credentials', async () => {
  await using server = await startServer((_request, response) => {
    response.writeHead(400).end(`\u007F\u009D52;c\u009C\u202Eann1:s3cret YW5uMTpzM2NyZXQ= ${'A'.repeat(5000)}`);
  });
  const sender = createHttpSender(settingsOf(server.url.replace('//', '//ann1:s3cret@')));

  const { message } = (await sender.send(Buffer.from('body'), 3000).catch((error: unknown) => error)) as Error;

  expect(message).toMatch(/answered 400: 52;cREDACTED REDACTED A+$/);
  expect(message.length).toBeLessThan(300);
});
