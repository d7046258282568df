import { once } from 'node:events';
import { type IncomingHttpHeaders, request } from 'node:http';

import { afterEach, expect, test } from 'vitest';

import { startViewer, type Viewer } from '../start-viewer.ts';

const TOKEN = 'correct-horse-battery';
const BEARER = { authorization: `Bearer ${TOKEN}` };

let viewer: Viewer;
afterEach(() => viewer.close());

test.each(['cross-site', 'none', 'same-origin', 'same-site'])(
  'without a token, what a browser asks for from %s is answered as it may be',
  async (site) => {
    viewer = await startViewer({ port: 0 });
    const status = site === 'cross-site' ? 403 : 200;

    const api = await ask('/api/traces', { 'sec-fetch-site': site });
    const page = await ask('/map', { 'sec-fetch-site': site });
    const link = await ask('/map', {
      'sec-fetch-site': site,
      'sec-fetch-mode': 'navigate',
      'sec-fetch-dest': 'document',
    });

    expect(api.status).toBe(status);
    expect(page.status === 403).toBe(status === 403);
    expect(link.status).not.toBe(403);
  },
);

test.each([
  ['http://attacker.example', 403],
  ['null', 403],
  ['http://localhost:5173', 200],
  ['http://127.0.0.1:3000', 200],
])('without a token, a page of %s that says no more of itself gets %i of the API', async (origin, status) => {
  viewer = await startViewer({ port: 0 });

  expect((await ask('/api/traces', { origin })).status).toBe(status);
});

test('a link from elsewhere leads to the page and never to the API', async () => {
  viewer = await startViewer({ port: 0 });
  const link = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };

  const { status, body } = await ask('/api/stats', link);

  expect(status).toBe(403);
  expect(JSON.parse(body)).toEqual({ api: 1, error: 'pages from elsewhere may not ask this viewer' });
});

test.each(['/api/traces', '/', '/healthz', '/v1/traces'])('another name of the host is refused at %s', async (path) => {
  viewer = await startViewer({ port: 0 });

  expect((await ask(path, { host: 'attacker.example' })).status).toBe(403);
});

test('the API and the page have no CORS headers, and no other page can show them', async () => {
  viewer = await startViewer({ port: 0 });

  for (const path of ['/api/traces', '/', '/api/nothing']) {
    const { headers } = await ask(path, { origin: 'http://localhost:3000' });
    expect(headers['access-control-allow-origin']).toBeUndefined();
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-resource-policy': 'same-origin',
      'content-security-policy': expect.stringContaining("frame-ancestors 'none'"),
    });
  }
});

test.each(['0.0.0.0', 'localhost'])('a viewer on %s with a token answers those who have it', async (host) => {
  viewer = await startViewer({ port: 0, host, token: TOKEN });

  for (const [path, method] of [
    ['/api/stats', 'GET'],
    ['/healthz', 'GET'],
    ['/v1/traces', 'POST'],
    ['/api/data', 'DELETE'],
  ] as const) {
    const json = { 'content-type': 'application/json', host: 'devbox.example' };
    expect([path, (await ask(path, json, method, host)).status]).toEqual([path, 401]);
    expect([
      path,
      (await ask(path, { ...json, authorization: 'Bearer wrong-wrong-wrong' }, method, host)).status,
    ]).toEqual([path, 401]);
    expect([path, (await ask(path, { ...json, ...BEARER }, method, host)).status]).toEqual([path, 200]);
  }
});

test('a request with the wrong token is told as the last error', async () => {
  viewer = await startViewer({ port: 0, token: TOKEN });
  await ask('/v1/traces', { 'content-type': 'application/json' }, 'POST');

  expect(viewer.stats().lastError).toMatchObject({ status: 401, problem: expect.stringContaining('needs its token') });
});

test('a browser brings the token once, and then has a cookie that no script reads', async () => {
  viewer = await startViewer({ port: 0, token: TOKEN });

  const without = await ask('/map?q=x');
  const wrong = await ask('/map?token=wrong-wrong-wrong');
  const right = await ask(`/map?q=x&token=${TOKEN}`);
  const cookie = String(right.headers['set-cookie']).split(';', 1)[0]!;
  const page = await ask('/map?q=x', { cookie: `other=1; ${cookie}` });
  const api = await ask('/api/stats', { cookie });
  const crossSite = await ask('/api/stats', { cookie, 'sec-fetch-site': 'cross-site' });

  expect([without.status, wrong.status, right.status]).toEqual([401, 401, 303]);
  expect(without.headers['www-authenticate']).toBe('Bearer');
  expect(right.headers.location).toBe('/map?q=x');
  expect(String(right.headers['set-cookie'])).toMatch(/; HttpOnly; SameSite=Strict; Path=\/$/);
  expect(cookie).not.toContain(TOKEN);
  expect(page.status).not.toBe(401);
  expect([api.status, crossSite.status]).toEqual([200, 403]);
  expect((await ask('/api/stats', { cookie: `${cookie}0` })).status).toBe(401);
  expect((await ask('/v1/traces', { cookie, 'content-type': 'application/json' }, 'POST')).status).toBe(401);
});

test('the token is never asked for by anything but the page', async () => {
  viewer = await startViewer({ port: 0, token: TOKEN });

  expect((await ask(`/api/stats?token=${TOKEN}`)).status).toBe(401);
});

test.each(['', 'short', 'fifteen-letters', 'with a space in it', 'with\u00FCmlaut-and-more', `line\nbreak${TOKEN}`])(
  'the token %j is refused as the viewer starts',
  async (token) => {
    viewer = await startViewer({ port: 0 });

    await expect(startViewer({ port: 0, token })).rejects.toThrow('expected a token of at least 16 visible ASCII');
    await expect(startViewer({ port: 0, host: '0.0.0.0', token })).rejects.toThrow(TypeError);
  },
);

async function ask(path: string, headers: IncomingHttpHeaders = {}, method = 'GET', host = '127.0.0.1') {
  const target = host.replace('0.0.0.0', '127.0.0.1');
  const body = method === 'POST' ? '{}' : undefined;
  const asked = request({ host: target, port: viewer.port, path, method, headers }).end(body);
  const [response] = await once(asked, 'response');
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return {
    status: response.statusCode as number,
    headers: response.headers as IncomingHttpHeaders,
    body: Buffer.concat(chunks).toString(),
  };
}
