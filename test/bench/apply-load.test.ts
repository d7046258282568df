import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

import { expect, test } from 'vitest';

import { applyLoad } from './apply-load.ts';

async function serve(answer: RequestListener) {
  const server = createServer(answer);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
}

test('so many requests are sent as were asked for, over so many connections', async () => {
  let seen = 0;
  const ports = new Set<number | undefined>();
  await using server = await serve((request, response) => {
    seen++;
    ports.add(request.socket.remotePort);
    response.end('hello');
  });

  const millis = await applyLoad({ port: server.port, path: '/orders/7', requests: 50, connections: 4 });

  expect(seen).toBe(50);
  expect(ports.size).toBe(4);
  expect(millis).toHaveLength(50);
  expect(Math.min(...millis)).toBeGreaterThan(0);
});

test('no more requests are sent in a second than were asked for', async () => {
  await using server = await serve((_request, response) => response.end('hello'));
  const start = performance.now();

  await applyLoad({ port: server.port, path: '/', requests: 41, connections: 4, perSecond: 200 });

  expect(performance.now() - start).toBeGreaterThan(190);
});

test('an answer that comes in pieces is one answer', async () => {
  await using server = await serve((_request, response) => {
    response.setHeader('content-length', 10);
    response.write('hello', () => setImmediate(() => response.end('world')));
  });

  expect(await applyLoad({ port: server.port, path: '/', requests: 5, connections: 1 })).toHaveLength(5);
});

test('a failed request ends the load with its answer', async () => {
  await using server = await serve((_request, response) => {
    response.statusCode = 500;
    response.end('no stock');
  });

  await expect(applyLoad({ port: server.port, path: '/', requests: 5, connections: 2 })).rejects.toThrow('no stock');
});

test('a connection that the server closes ends the load', async () => {
  await using server = await serve((request) => request.socket.destroy());

  await expect(applyLoad({ port: server.port, path: '/', requests: 5, connections: 1 })).rejects.toThrow('closed');
});
