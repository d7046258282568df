import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';

import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { spanOf, traceId, useApi } from '../../test/api-client.ts';
import { servePage } from '../../test/serve-page.ts';

const api = useApi();

test('answers say which version of the API they are of, and are not kept', async () => {
  for (const path of ['/api/traces', '/api/traces.txt', '/api/nothing', '/api/traces?limit=x']) {
    const response = await fetch(api.viewer.url + path);
    expect(response.headers.get('clew-api')).toBe('1');
    expect(response.headers.get('cache-control')).toBe('no-store');
  }
});

test('HEAD gets the headers of an answer', async () => {
  const get = await fetch(`${api.viewer.url}/api/traces`);
  const head = await fetch(`${api.viewer.url}/api/traces`, { method: 'HEAD' });

  expect(head.headers.get('content-length')).toBe(String((await get.text()).length));
  expect(head.headers.get('content-type')).toBe('application/json');
  expect(await head.text()).toBe('');
});

test.each([
  ['POST', '/api/traces', 405, 'GET, HEAD'],
  ['DELETE', '/api/traces', 405, 'GET, HEAD'],
  ['OPTIONS', '/api/traces', 405, 'GET, HEAD'],
  ['GET', '/api/data', 405, 'DELETE'],
  ['PUT', `/api/traces/${traceId(1)}.json`, 405, 'GET, HEAD'],
  ['GET', '/api', 404, null],
  ['GET', '/api/', 404, null],
  ['GET', '/api/constructor', 404, null],
  ['GET', '/api/%', 400, null],
  ['GET', '/api/%ff', 400, null],
  ['GET', `/api/traces?q=${'x'.repeat(8200)}`, 414, null],
])('%s %s is answered with %i', async (method, path, status, allow) => {
  const response = await fetch(api.viewer.url + path, { method });

  expect(response.status).toBe(status);
  expect(response.headers.get('allow')).toBe(allow);
  expect(await response.json()).toEqual({ api: 1, error: expect.any(String) });
});

test('whatever stands in a path or a query is answered, and the viewer lives', async () => {
  const path = fc.string({
    unit: fc.constantFrom(...Array.from('/.%?&=:;aA0f*"\\\'<>{}|^`~+-_@!$(),[]#')),
    maxLength: 60,
  });
  const start = fc.constantFrom(
    '/api',
    '/api/',
    '/api/traces',
    '/api/traces?',
    '/api/traces/',
    '/api/logs?',
    '/api/wait?timeout=1ms&',
    '/',
  );

  await fc.assert(
    fc.asyncProperty(start, path, async (start, rest) => {
      const asked = request({ port: api.viewer.port, path: start + rest.replaceAll('#', '') }).end();
      const [response] = await once(asked, 'response');
      response.destroy(); // it may be a stream

      expect(response.statusCode).toBeLessThan(599);
      expect(response.statusCode).not.toBe(500);
    }),
    { numRuns: 300 },
  );
  expect((await fetch(`${api.viewer.url}/healthz`)).status).toBe(200);
});

test('a request line that is no URL is answered', async () => {
  const ask = (line: string) =>
    text(connect(api.viewer.port, '127.0.0.1').end(`${line} HTTP/1.1\r\nhost: localhost\r\n\r\n`));

  expect(await ask('GET http://localhost/api/traces')).toMatch(/^HTTP\/1\.1 404 /);
  expect(await ask('OPTIONS *')).toMatch(/^HTTP\/1\.1 404 /);
});

test('large answers are compressed for others than this machine, when they take it', async () => {
  await using local = await servePage();
  await using remote = await servePage({ isRemote: true });
  for (const { store } of [local, remote]) for (let i = 0; i < 500; i++) store.addSpans([spanOf(i, 'GET /')]);
  const encodingOf = async (url: string, accept: string) => {
    const response = await fetch(url, { headers: { 'accept-encoding': accept } });
    expect(await response.json()).toMatchObject({ api: 1 });
    return response.headers.get('content-encoding');
  };

  const list = '/api/traces?limit=500';
  expect(await encodingOf(remote.url + list, 'br, gzip;q=0.5')).toBe('gzip');
  expect(await encodingOf(remote.url + list, 'gzip;q=0')).toBeNull();
  expect(await encodingOf(remote.url + list, 'identity')).toBeNull();
  expect(await encodingOf(`${remote.url}/api/traces?limit=1`, 'gzip')).toBeNull();
  expect(await encodingOf(local.url + list, 'gzip')).toBeNull();
});
