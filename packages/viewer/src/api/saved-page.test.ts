import { createHash } from 'node:crypto';

import { expect, test } from 'vitest';

import { logOf, spanId, spanOf, traceId } from '../../test/api-client.ts';
import { servePage } from '../../test/serve-page.ts';
import type { ErrorAnswer, SavedTrace } from './answers.ts';

const DATA = /<script type="application\/json" id="clew-saved">([^<]*)<\/script>/;
const HOSTILE = '</script><script>alert(1)</script><!-- \u2028 $& ';

test('a trace is saved as one file with the page, its data and nothing to fetch', async () => {
  await using page = await servePage();
  page.store.addSpans([spanOf(1, HOSTILE, { took: 9 }), spanOf(1, 'charge', { id: 1, parent: 0, failed: 'declined' })]);
  page.store.addLogs([logOf(1, HOSTILE, { spanId: spanId(1) })]);

  const response = await fetch(`${page.url}/api/traces/${traceId(1)}.html`);
  const html = await response.text();

  const saved = JSON.parse(DATA.exec(html)![1]!) as SavedTrace;
  expect(response.headers.get('content-disposition')).toBe('attachment; filename="trace-a0000000.html"');
  expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(saved).toMatchObject({
    version: '1.2.3',
    trace: { api: 1, summary: { traceId: traceId(1), name: HOSTILE }, names: [HOSTILE, 'charge'] },
    details: {
      [spanId(0)]: { name: HOSTILE },
      [spanId(1)]: { status: { message: 'declined' }, logs: [{ text: HOSTILE }] },
    },
    text: expect.stringContaining('↳ declined'),
  });
  expect(saved).not.toHaveProperty('omittedDetails');
  expect(html).not.toMatch(/\b(?:src|href)="(?!data:)/);
  expect(html.match(/<\/script>/g)).toHaveLength(2);
  expect(html.match(/<script/g)).toHaveLength(2);
  expect(html).not.toContain('<!--');
});

test('the policy of a saved page allows its own script and style by their hashes', async () => {
  await using page = await servePage();
  page.store.addSpans([spanOf(1, 'GET /')]);

  const html = await (await fetch(`${page.url}/api/traces/${traceId(1)}.html`)).text();

  const hash = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
  const [, script] = /<script type="module">([^]*?)<\/script>/.exec(html)!;
  const [, style] = /<style>([^]*?)<\/style>/.exec(html)!;
  const [, policy] = /<meta http-equiv="content-security-policy" content="([^"]*)">/.exec(html)!;
  expect(policy).toBe(
    `default-src 'none'; script-src ${hash(script!)}; style-src ${hash(style!)}; img-src data:; base-uri 'none'; form-action 'none'`,
  );
  expect(html.indexOf('<meta http-equiv')).toBeLessThan(html.indexOf('<style>'));
  expect(html.indexOf('id="clew-saved"')).toBeLessThan(html.indexOf('<script type="module">'));
});

test('the script of a saved page does what it did', async () => {
  await using page = await servePage();
  page.store.addSpans([spanOf(1, 'GET /')]);

  const html = await (await fetch(`${page.url}/api/traces/${traceId(1)}.html`)).text();

  const [, script] = /<script type="module">([^]*?)<\/script>/.exec(html)!;
  const document = { title: '' };
  // oxlint-disable-next-line no-new-func, no-implied-eval -- it is our own
  new Function('document', script!)(document);
  expect(document.title).toBe('$& </script><!-- true');
});

test('details of a big trace are as many as there is room for, those of failed spans first', async () => {
  await using page = await servePage();
  const attributes = { dump: 'x'.repeat(1_000_000) };
  page.store.addSpans(Array.from({ length: 20 }, (_, i) => spanOf(1, 'work', { id: i, attributes })));
  page.store.addSpans([spanOf(1, 'late', { id: 99, failed: 'no' })]);

  const html = await (await fetch(`${page.url}/api/traces/${traceId(1)}.html`)).text();

  const saved = JSON.parse(DATA.exec(html)![1]!) as SavedTrace;
  expect(Object.keys(saved.details)).toContain(spanId(99));
  expect(Object.keys(saved.details)).toHaveLength(17);
  expect(saved.omittedDetails).toBe(4);
});

test('before the page is built there is none to save', async () => {
  await using page = await servePage({ files: {} });
  page.store.addSpans([spanOf(1, 'GET /')]);

  const response = await fetch(`${page.url}/api/traces/${traceId(1)}.html`);

  expect(response.status).toBe(503);
  expect(((await response.json()) as ErrorAnswer).error).toContain('the page is not built here');
});
