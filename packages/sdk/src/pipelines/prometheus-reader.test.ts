import { once } from 'node:events';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { connect, createServer, type AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

import { forgetReports } from '@clew/diagnostics';
import { emptyResource } from '@opentelemetry/resources';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { PrometheusReader } from './prometheus-reader.ts';

let stderr: string[] = [];

beforeEach(() => {
  stderr = [];
  vi.spyOn(fs, 'writeSync').mockImplementation((_fd: number, text: unknown) => stderr.push(String(text)));
  syncBuiltinESMExports();
});

afterEach(() => {
  forgetReports();
  vi.restoreAllMocks();
  syncBuiltinESMExports();
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => void server.close(resolve));
  return port;
}

async function serving(host: string) {
  const port = await freePort();
  const reader = new PrometheusReader({ host, port }, emptyResource());
  const provider = new MeterProvider({ readers: [reader] });
  provider.getMeter('shop').createCounter('orders').add(3);
  await reader.startServer();
  return { port, [Symbol.asyncDispose]: () => provider.shutdown() };
}

/** The first line and the whole of the answer to a request of these lines. */
async function answerTo(address: string, port: number, lines: readonly string[]) {
  const socket = connect(port, address);
  socket.write([...lines, 'Connection: close', '', ''].join('\r\n'));
  const answer = await text(socket);
  return { status: answer.slice(0, answer.indexOf('\r\n')), answer };
}

const scrape = (host: string) => ['GET /metrics HTTP/1.1', `Host: ${host}`];

describe('on loopback', () => {
  test.each([
    'localhost',
    'localhost:9464',
    'LOCALHOST',
    '127.0.0.1',
    '127.0.0.1:9464',
    '127.0.0.2',
    '[::1]:9464',
    '[0:0:0:0:0:0:0:1]',
  ])('the host %s is answered', async (host) => {
    await using server = await serving('127.0.0.1');

    const { status, answer } = await answerTo('127.0.0.1', server.port, scrape(host));

    expect(status).toBe('HTTP/1.1 200 OK');
    expect(answer).toMatch(/^orders_total.* 3$/m);
  });

  test.each([
    'evil.example',
    'evil.example:9464',
    'localhost.evil.example',
    'evil-localhost',
    '127.0.0.1.evil.example',
    'user@localhost',
    'localhost/evil',
    'evil.example#localhost',
    '10.0.0.1',
    '[::2]',
    '',
    ':9464',
  ])('the host %j is refused', async (host) => {
    await using server = await serving('127.0.0.1');

    const { status, answer } = await answerTo('127.0.0.1', server.port, scrape(host));
    await answerTo('127.0.0.1', server.port, scrape(host));

    expect(status).toBe('HTTP/1.1 403 Forbidden');
    expect(answer).toMatch(/\r\n\r\n.*this endpoint answers to the name localhost only\n/s);
    expect(answer).not.toContain('orders');
    expect(stderr).toEqual([
      'clew: refused a scrape whose Host header names another machine; ' +
        'ask for localhost, or set OTEL_EXPORTER_PROMETHEUS_HOST to that name\n',
    ]);
  });

  test.each(['GET /metrics HTTP/1.0', 'GET http://localhost/metrics HTTP/1.0'])(
    '%s without a host is refused',
    async (line) => {
      await using server = await serving('127.0.0.1');

      expect((await answerTo('127.0.0.1', server.port, [line])).status).toBe('HTTP/1.1 403 Forbidden');
    },
  );

  test('another address of it is answered by its own name', async () => {
    await using server = await serving('127.0.0.2');

    expect((await answerTo('127.0.0.2', server.port, scrape('127.0.0.2'))).status).toBe('HTTP/1.1 200 OK');
  });

  test('other paths are not found', async () => {
    await using server = await serving('localhost');

    expect((await answerTo('localhost', server.port, ['GET / HTTP/1.1', 'Host: localhost'])).status).toBe(
      'HTTP/1.1 404 Not Found',
    );
  });
});

test.each(['metrics.example', '10.0.0.1:9464', 'localhost'])('on 0.0.0.0 the host %s is answered', async (host) => {
  await using server = await serving('0.0.0.0');

  expect((await answerTo('127.0.0.1', server.port, scrape(host))).status).toBe('HTTP/1.1 200 OK');
});

test('a port that is taken is told', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as AddressInfo;

  const reader = new PrometheusReader({ host: '127.0.0.1', port }, emptyResource());
  await expect(reader.startServer()).rejects.toThrow('EADDRINUSE');
  await reader.shutdown();
  await new Promise((resolve) => void taken.close(resolve));

  expect(stderr).toHaveLength(1);
  expect(stderr[0]).toMatch(/^clew: cannot listen for Prometheus on 127\.0\.0\.1, port \d+: .*EADDRINUSE/);
});
