import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

import { expect, test } from 'vitest';

import { probeViewer } from './probe-viewer.ts';

test.each([
  ['escape sequences', '1.0\u001B]0;pwned\u0007\u001B[2J', '1.0'],
  ['characters that turn the text around', '1.0\u202Egnp', '1.0gnp'],
  ['a line break', '1.0\nclew: all is well', '1.0 clew: all is well'],
  ['ten thousand characters', '1'.repeat(10_000), `${'1'.repeat(39)}…`],
])('a version with %s is printable', async (_what, version, expected) => {
  await using stranger = await serve((_request, response) => {
    response.end(JSON.stringify({ name: 'clew-viewer', version }));
  });

  expect(await probeViewer(stranger.url)).toBe(expected);
});

test.each([
  ['a version that is no text', '{"name":"clew-viewer","version":{"toString":1}}'],
  ['another name', '{"name":"nginx","version":"1"}'],
  ['null', 'null'],
  ['no JSON', '<html>'],
])('%s is no viewer', async (_what, answer) => {
  await using stranger = await serve((_request, response) => void response.end(answer));

  expect(await probeViewer(stranger.url)).toBeUndefined();
});

test('an answer that does not end is left after 64 KiB', async () => {
  let written = 0;
  await using stranger = await serve((_request, response) => {
    const write = () => {
      while (!response.destroyed && response.write(' '.repeat(2 ** 14))) written += 2 ** 14;
    };
    response.on('drain', write).on('error', () => undefined);
    write();
  });

  expect(await probeViewer(stranger.url)).toBeUndefined();
  expect(written).toBeLessThan(32 * 2 ** 20);
});

async function serve(listener: RequestListener) {
  const server = createServer(listener);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
    },
  };
}
