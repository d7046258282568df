import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { startViewer } from '@clew/viewer';
import { expect, test } from 'vitest';

import { runClew, spawnClew } from '../../test/spawn-clew.ts';

test.each(['SIGINT', 'SIGTERM'] as const)('traces are printed to stdout until %s, then summed up', async (signal) => {
  const clew = spawnClew(['view', '--port', '0', '--no-grpc']);
  await clew.written('OTEL_EXPORTER_OTLP_ENDPOINT=');
  const [url] = /http:\S+/.exec(clew.stdout().toString()) ?? [];
  const span = {
    traceId: '1'.repeat(32),
    spanId: '2'.repeat(16),
    name: 'GET /',
    startTimeUnixNano: 1,
    endTimeUnixNano: 5001,
  };

  await fetch(`${url}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] }),
  });
  await clew.written('● GET /');
  clew.process.kill(signal);

  expect(await clew.ended()).toEqual({ code: 0, signal: null });
  expect(clew.stdout().toString()).toMatch(/\nclew {2}1 trace, slowest 5µs\n$/);
  expect(clew.stderr()).toBe('');
});

test('on an address that others can reach, a token is made up and is in the address of the page', async () => {
  const clew = spawnClew(['view', '--port', '0', '--host', '0.0.0.0']);
  await clew.written('OTEL_EXPORTER_OTLP_HEADERS=');
  const [line = ''] = clew.stdout().toString().split('\n');
  const [, port, token, header] =
    /^clew {2}page on http:\/\/\S+:(\d+)\/\?token=(\S+) {3}\S+ OTEL_EXPORTER_OTLP_HEADERS=authorization=(\S+)$/.exec(
      line,
    ) ?? [];
  const ask = async (headers: Record<string, string>) => {
    const response = await fetch(`http://127.0.0.1:${port}/api/traces`, { headers });
    return response.status;
  };

  const statuses = [await ask({}), await ask({ authorization: decodeURIComponent(header!) })];
  clew.process.kill('SIGINT');
  await clew.ended();

  expect(statuses).toEqual([401, 200]);
  expect(decodeURIComponent(header!)).toBe(`Bearer ${token}`);
});

test('a token that is too short is one line', async () => {
  const { code, stderr } = await runClew(['view', '--port', '0', '--token', 'short']);

  expect(code).toBe(1);
  expect(stderr).toBe('clew: expected a token of at least 16 visible ASCII characters\n');
});

test('OTLP is received over gRPC, and a port for it that is taken is one line', async () => {
  const first = spawnClew(['view', '--port', '0', '--grpc', '0']);
  await first.written('OTLP over gRPC on http://127.0.0.1:');
  const [, grpcPort = ''] = /gRPC on \S+:(\d+)/.exec(first.stdout().toString()) ?? [];
  const second = spawnClew(['view', '--port', '0', '--grpc', grpcPort]);
  await second.written(`clew  no OTLP over gRPC: port ${grpcPort} is taken\n`);

  first.process.kill('SIGINT');
  second.process.kill('SIGINT');

  expect([await first.ended(), await second.ended()].map(({ code }) => code)).toEqual([0, 0]);
});

test('a port that is taken is one line that says by whom', async () => {
  await using viewer = await startViewer({ port: 0 });

  const { code, stderr } = await runClew(['view', '--port', String(viewer.port)]);

  expect(code).toBe(1);
  expect(stderr).toMatch(/^clew: port \d+ is taken by Clew viewer \d\S*\n$/);
});

test('what a stranger on the port says of itself cannot steer the terminal', async () => {
  const version = `1\u001B]0;pwned\u0007\u202E\n${'x'.repeat(10_000)}`;
  const stranger = createServer((_request, response) => {
    response.end(JSON.stringify({ name: 'clew-viewer', version }));
  });
  await once(stranger.listen(0, '127.0.0.1'), 'listening');
  const { port } = stranger.address() as AddressInfo;

  const { code, stderr } = await runClew(['view', '--port', String(port)]);
  stranger.close();

  expect(code).toBe(1);
  expect(stderr).toMatch(/^clew: port \d+ is taken by Clew viewer 1 x{37}…\n$/);
});
