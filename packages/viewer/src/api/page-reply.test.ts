import { expect, test } from 'vitest';

import { traceId } from '../../test/api-client.ts';
import { PAGE, servePage } from '../../test/serve-page.ts';

test.each([
  '/',
  `/t/${traceId(1)}`,
  `/t/${traceId(1)}?span=7`,
  `/trace/${traceId(1)}`,
  '/map?q=x',
  '/logs',
  '/errors',
  '/metrics',
])('%s is the page, asked for anew each time', async (path) => {
  await using page = await servePage();

  const response = await fetch(page.url + path);

  expect(response.status).toBe(200);
  expect(await response.text()).toBe(PAGE['index.html']);
  expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(response.headers.get('cache-control')).toBe('no-cache');
  expect(response.headers.get('content-security-policy')).toBe(
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  );
});

test('a page that is known is not sent again', async () => {
  await using page = await servePage();
  const etag = (await fetch(page.url)).headers.get('etag')!;

  const again = await fetch(page.url, { headers: { 'if-none-match': etag } });

  expect(again.status).toBe(304);
  expect(await again.text()).toBe('');
});

test.each([
  ['/assets/index-4f2a.js', 'text/javascript; charset=utf-8', 'public, max-age=31536000, immutable'],
  ['/assets/index-77aa.css', 'text/css; charset=utf-8', 'public, max-age=31536000, immutable'],
  ['/icon.svg', 'image/svg+xml', 'no-cache'],
])('the file %s is %s', async (path, type, caching) => {
  await using page = await servePage();

  const response = await fetch(page.url + path);

  expect(await response.text()).toBe(PAGE[path.slice(1)]);
  expect(response.headers.get('content-type')).toBe(type);
  expect(response.headers.get('cache-control')).toBe(caching);
});

test.each([
  '/assets/',
  '/assets/none.js',
  '/assets/..%2Findex.html',
  '/assets/%2e%2e/%2e%2e/package.json',
  '/package.json',
  '/index.htm',
  '/t/../../etc/passwd',
  '/favicon.ico',
])('%s is not there', async (path) => {
  await using page = await servePage();

  expect((await fetch(page.url + path)).status).toBe(404);
});

test('HEAD gets the headers only, and other methods are not of the page', async () => {
  await using page = await servePage();

  const head = await fetch(page.url, { method: 'HEAD' });
  const post = await fetch(page.url, { method: 'POST' });

  expect(head.headers.get('content-length')).toBe(String(PAGE['index.html']!.length));
  expect(await head.text()).toBe('');
  expect(post.status).toBe(404);
  expect(await post.text()).toContain('send OTLP to /v1/traces');
});

test('before the page is built it says how to build it', async () => {
  await using page = await servePage({ files: {} });

  const response = await fetch(page.url);

  expect(response.status).toBe(404);
  expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8');
  expect(await response.text()).toContain('npm run build');
});
