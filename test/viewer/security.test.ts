import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Page } from 'playwright-core';
import { beforeEach, expect, test } from 'vitest';

import { ROOT } from '../support/workspace.ts';
import { HOSTILE_TEXTS } from './hostile-texts.ts';
import { type Attributes, type PlannedSpan, sendTrace } from './plan-otlp.ts';
import { useViewer } from './use-viewer.ts';

const under = useViewer();
const TRACE = '00000000000000000000000000005afe';
const HIDDEN = /(?![\n\t])[\p{Cc}\p{Cf}\p{Cs}]/u;

beforeEach(() => under.viewer.store.clear());

/** A span that has a text in each of its fields. */
function spanOf(text: string, index: number): PlannedSpan {
  const attributes: Attributes = {
    [text]: text,
    'http.request.method': text,
    'url.full': `javascript:${text}`,
    'db.system.name': text,
    'db.query.text': text,
    'messaging.system': text,
    'exception.message': text,
    'code.file.path': text,
  };
  return {
    name: text,
    service: text,
    at: index,
    kind: index % 2 === 0 ? 'client' : 'server',
    attributes,
    resource: { [text]: text, 'service.version': text },
    exception: { type: text, message: text, stack: `${text}\n    at ${text} (${text}:1:1)` },
    events: { [text]: attributes },
    links: [{ traceId: 'ab'.repeat(16), spanId: 'cd'.repeat(8), attributes }],
    logs: [{ severity: 17, text, attributes }],
    traceState: `a=${index}`,
  };
}

async function expectUnharmed(page: Page): Promise<void> {
  const state = await page.evaluate(() => ({
    harmed: (window as { harmed?: unknown }).harmed,
    prototype: Object.keys(Object.prototype),
    scripts: Array.from(document.scripts, ({ src }) => new URL(src).pathname.replace(/-[\w-]+\.js$/, '')),
    foreign: document.querySelectorAll('iframe, object, embed, base, form, img, [onerror], [onload]').length,
    links: Array.from(document.querySelectorAll('a'), ({ protocol, host }) => protocol + host),
    isShown: getComputedStyle(document.body).display,
    text: document.body.textContent,
  }));
  expect(state).toMatchObject({
    harmed: undefined,
    prototype: [],
    scripts: ['/assets/index'],
    foreign: 0,
    isShown: 'block',
  });
  expect([...new Set(state.links)]).toEqual([`http:${new URL(page.url()).host}`]);
  expect(state.text).not.toMatch(HIDDEN);
}

test('texts from outside do nothing, in whatever field and view they are', async () => {
  const below = HOSTILE_TEXTS.map(spanOf);
  await sendTrace(under.viewer.url, TRACE, [{ name: HOSTILE_TEXTS[1]!, took: 100, failed: HOSTILE_TEXTS[0]!, below }]);
  const page = await under.open('/');
  await page.locator('.trace-rows .name a', { hasText: HOSTILE_TEXTS[1]! }).waitFor();
  await expectUnharmed(page);

  for (const view of ['map', 'errors', 'logs', 'metrics']) {
    await page.locator(`.tab[href^="/${view}"]`).click();
    await page.locator('main :is(.map, .error-entry, .log-row, .notice)').first().waitFor();
    await expectUnharmed(page);
  }
  await page.locator('.tab[href^="/map"]').click();
  await page.getByRole('button', { name: 'Show as a table' }).click();
  await expectUnharmed(page);

  await page.goto(`${under.viewer.url}/trace/${TRACE}`);
  for (const text of HOSTILE_TEXTS.slice(0, 12)) await page.locator('.span-name', { hasText: text }).first().waitFor();
  await page.keyboard.press('Enter');
  for (let row = 0; row <= HOSTILE_TEXTS.length; row += 1) {
    await page.locator('.drawer-body .section').first().waitFor();
    await page.locator('.drawer details').evaluateAll((all) => all.forEach((each) => each.setAttribute('open', '')));
    await expectUnharmed(page);
    await page.keyboard.press('j');
  }
  expect(await page.locator('.drawer-head h2').textContent()).toContain('\\u2028');
}, 120_000);

test('a text in the address, the search and the find box does nothing', async () => {
  await sendTrace(under.viewer.url, TRACE, [{ name: 'root' }]);
  const page = await under.open('/');
  for (const text of HOSTILE_TEXTS.slice(0, 16)) {
    await page.goto(`${under.viewer.url}/?q=${encodeURIComponent(text)}`);
    await page.locator('.notice, .trace-rows').first().waitFor();
    await expectUnharmed(page);
    await page.goto(`${under.viewer.url}/trace/${TRACE}`);
    const find = page.getByRole('textbox', { name: 'Find in this trace' });
    await find.fill(text);
    await expectUnharmed(page);
    expect(await find.inputValue()).toBe(text);
  }
});

test('what is hidden in a name is shown as an escape', async () => {
  await sendTrace(under.viewer.url, TRACE, [{ name: 'user\u202egnp.exe\u0000' }]);
  const page = await under.open('/');

  await page.getByText('gnp.exe').first().waitFor();
  expect(await page.locator('.trace-rows .name').last().textContent()).toBe('user\\u202egnp.exe\\u0000');
});

test('a text of a megabyte is cut in its row, and shown whole when it is asked for', async () => {
  const long = 'abcdefghi '.repeat(100_000);
  await sendTrace(under.viewer.url, TRACE, [{ name: long, attributes: { 'app.long': long } }]);
  const page = await under.open(`/trace/${TRACE}`);
  await page.locator('.span-rows .span-name').waitFor();

  expect((await page.locator('.span-rows .span-name').textContent())!.length).toBeLessThan(400);
  await page.keyboard.press('Enter');
  const value = page.locator('.pair', { hasText: 'app.long' }).locator('.value');
  await value.getByRole('button', { name: /of 1,000,000 characters/ }).click();
  await value.getByRole('button', { name: /show all of/ }).click();
  expect(await value.textContent()).toBe(long);
});

test('the page has no inline script or style, and none is let in', async () => {
  const response = await fetch(under.viewer.url);
  const policy = response.headers.get('content-security-policy') ?? '';
  const html = await response.text();

  expect(policy).toContain("default-src 'none'");
  expect(policy).not.toContain('unsafe');
  expect(html).not.toMatch(/<style|<script(?![^>]*\bsrc=)|\son\w+=|\sstyle=/i);
});

test('nothing in the source of the page sets HTML', () => {
  const folder = join(ROOT, 'packages/viewer/page');
  const files = globSync('**/*.{ts,tsx}', { cwd: folder });

  expect(files.length).toBeGreaterThan(50);
  const setters =
    /dangerouslySetInnerHTML|innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function/;
  expect(files.filter((file) => setters.test(readFileSync(join(folder, file), 'utf8')))).toEqual([]);
});
