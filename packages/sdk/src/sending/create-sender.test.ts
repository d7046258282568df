import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';

import { describe, expect, test } from 'vitest';

import type { OtlpSettings } from './otlp-settings.ts';
import { createSender } from './create-sender.ts';

const PROTOCOLS = ['http/protobuf', 'http/json', 'grpc'] as const;
const COMPRESSIONS = ['none', 'gzip'] as const;
const CASES = PROTOCOLS.flatMap((protocol) => COMPRESSIONS.map((compression) => ({ protocol, compression })));

describe.each(CASES)('a request by $protocol with compression $compression', (settings) => {
  test('can be aborted before it has begun', async () => {
    await using backend = await startSilentServer();
    const sender = createSender('traces', { ...PLAIN, ...settings, url: backend.url });

    const sending = sender.send(Buffer.alloc(1_000_000), 20_000);
    sender.abort();

    await expect(sending).rejects.toMatchObject({ reason: 'the process ended first', isRetryable: true });
  });

  test('can be aborted while the backend lets it wait', async () => {
    await using backend = await startSilentServer();
    const sender = createSender('traces', { ...PLAIN, ...settings, url: backend.url });

    const sending = sender.send(Buffer.from('body'), 20_000);
    void backend.spokenTo.then(() => sender.abort());

    await expect(sending).rejects.toMatchObject({ reason: 'the process ended first', isRetryable: true });
  });

  test('is given up when there is no answer in time', async () => {
    await using backend = await startSilentServer();
    const sender = createSender('traces', { ...PLAIN, ...settings, url: backend.url });

    const sending = sender.send(Buffer.from('body'), 200);

    await expect(sending).rejects.toMatchObject({ reason: 'no answer', isRetryable: true });
  });
});

/** A server that listens and says nothing. */
async function startSilentServer() {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => {}).once('data', () => server.emit('spokenTo'));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spokenTo: once(server, 'spokenTo'),
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

const PLAIN: Omit<OtlpSettings, 'url' | 'protocol' | 'compression'> = {
  headers: {},
  timeoutMillis: 10_000,
  certificate: undefined,
  clientKey: undefined,
  clientCertificate: undefined,
};
