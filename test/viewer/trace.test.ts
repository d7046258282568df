import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import type { Page } from 'playwright-core';
import { beforeEach, expect, test } from 'vitest';

import { type PlannedSpan, sendTrace } from './plan-otlp.ts';
import {
  FAILED,
  FAILED_ORDER,
  MAILED,
  PLACED,
  PLACED_ORDER,
  PROCESS_SPAN,
  SEND_SPAN,
  SENT_MAIL,
} from './shop-traces.ts';
import { useViewer } from './use-viewer.ts';

const under = useViewer();

beforeEach(() => under.viewer.store.clear());

const rowsOf = (page: Page) => page.locator('.span-rows .virtual-height [role=row]');
const selectedIn = (page: Page) => page.locator('.span-rows [role=row][aria-selected=true]');
const drawerOf = (page: Page) => page.getByRole('complementary', { name: 'Span' });

async function openFailed(): Promise<Page> {
  await sendTrace(under.viewer.url, FAILED, FAILED_ORDER);
  const page = await under.open(`/trace/${FAILED}`);
  await rowsOf(page).first().waitFor();
  return page;
}

function namesOf(page: Page): Promise<string[]> {
  return page.locator('.span-rows .virtual-height .span-name').allTextContents();
}

test('a trace is a tree with its services, its error, its statements and its repeats', async () => {
  const page = await openFailed();

  expect(await namesOf(page)).toEqual([
    'POST /checkout',
    'POST /orders',
    'SELECT shop',
    'SELECT shop',
    'POST /charge',
    'charge card',
  ]);
  expect(await rowsOf(page).nth(3).textContent()).toContain('× 12');
  expect(await rowsOf(page).nth(3).textContent()).toContain('N+1?');
  expect(await rowsOf(page).nth(2).textContent()).toContain('SELECT id, name, credit FROM customers');
  expect(await rowsOf(page).nth(5).textContent()).toContain('Error: card declined at services/payments.cjs:31');
  expect(await rowsOf(page).nth(5).getAttribute('aria-level')).toBe('4');
  const header = page.locator('.trace-header');
  for (const part of ['POST /checkout', '402', '48.0ms', '17 spans', '3 log lines', '2 errors', 'payments']) {
    expect(await header.textContent()).toContain(part);
  }
});

test('the keyboard goes to the error, shows its stack, its attributes and its log lines', async () => {
  const page = await openFailed();

  await page.keyboard.press('e');
  await page.keyboard.press('e');
  await page.keyboard.press('Enter');

  const drawer = drawerOf(page);
  await drawer.getByText('Error: card declined', { exact: true }).first().waitFor();
  expect(await drawer.locator('.frame-own').allTextContents()).toEqual([
    'at authorise (services/payments.cjs:31:11)\n',
  ]);
  expect(await drawer.locator('.frame-foreign').count()).toBe(2);
  for (const part of ['payments', 'app.cents', '6344', 'charge failed', 'card.checked']) {
    expect(await drawer.textContent()).toContain(part);
  }
  await page.waitForURL(`**/trace/${FAILED}/c4a29ec4a29ec4a2`);
});

test('the address of a span opens it again', async () => {
  await sendTrace(under.viewer.url, FAILED, FAILED_ORDER);
  const page = await under.open(`/trace/${FAILED}/c4a29ec4a29ec4a2`);

  await drawerOf(page).getByRole('heading', { name: 'charge card' }).waitFor();
  expect(await selectedIn(page).locator('.span-name').textContent()).toBe('charge card');
});

test('rows are closed and opened, and a closed one tells the errors below it', async () => {
  const page = await openFailed();

  for (const key of ['j', 'j', 'h']) await page.keyboard.press(key);
  expect(await namesOf(page)).toEqual(['POST /checkout', 'POST /orders']);
  expect(await selectedIn(page).getAttribute('aria-expanded')).toBe('false');
  expect(await selectedIn(page).locator('.hidden-errors').textContent()).toBe('✕ 2');

  await page.keyboard.press('e');
  expect(await selectedIn(page).locator('.span-name').textContent()).toBe('POST /charge');
  await page.keyboard.press('k');
  await page.keyboard.press('l');
  expect(await namesOf(page)).toHaveLength(17);
  await page.keyboard.press('f');
  await page.keyboard.press('f');
  await rowsOf(page).getByRole('button', { name: 'fold 12' }).click();
  expect(await namesOf(page)).toHaveLength(6);
});

test('find goes through rows that are folded away and through attributes that no row shows', async () => {
  const page = await openFailed();

  await page.keyboard.press('/');
  await page.keyboard.type('visa');
  await page.locator('.find-count', { hasText: '1' }).waitFor();
  await page.keyboard.press('Enter');
  expect(await selectedIn(page).locator('.span-name').textContent()).toBe('charge card');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');

  await page.keyboard.press('Control+f');
  await page.keyboard.type('price from products');
  await page.locator('.find-count', { hasText: '12' }).waitFor();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Enter');
  await page.locator('.find-count', { hasText: '2 of 12' }).waitFor();
  expect(await namesOf(page)).toHaveLength(17);
});

test('a queue is crossed by a link to the other trace, and back', async () => {
  await sendTrace(under.viewer.url, PLACED, PLACED_ORDER);
  await sendTrace(under.viewer.url, MAILED, SENT_MAIL);
  const page = await under.open(`/trace/${PLACED}`);

  await page.getByRole('link', { name: '← process confirmation-mail · worker' }).click();
  await page.waitForURL(`**/trace/${MAILED}/${PROCESS_SPAN}`);
  await page.locator('.link-chip', { hasText: '→ send confirmation-mail' }).first().click();
  await page.waitForURL(`**/trace/${PLACED}/${SEND_SPAN}`);
  expect(await selectedIn(page).locator('.span-name').textContent()).toBe('send confirmation-mail');
});

test('a queue within a trace is crossed by a link too, in a saved file as well', async () => {
  const traceId = '0000000000000000000000000000000e';
  await sendTrace(under.viewer.url, traceId, [
    {
      name: 'POST /orders',
      kind: 'server',
      took: 90,
      below: [{ name: 'process mail', service: 'mailer', kind: 'consumer', at: 60 }],
    },
  ]);
  const page = await under.open(`/trace/${traceId}`);
  await page.getByRole('link', { name: '← process mail · mailer' }).click();
  expect(await selectedIn(page).locator('.span-name').textContent()).toBe('process mail');
  await rowsOf(page).getByRole('link', { name: '→ POST /orders · orders' }).click();
  expect(await selectedIn(page).locator('.span-name').textContent()).toBe('POST /orders');

  const html = await (await fetch(`${under.viewer.url}/api/traces/${traceId}.html`)).text();
  const file = join(mkdtempSync(join(tmpdir(), 'saved-')), 'trace.html');
  writeFileSync(file, html);
  const saved = await under.open(pathToFileURL(file).href);
  await rowsOf(saved).getByRole('button', { name: '← process mail · mailer' }).click();
  expect(await selectedIn(saved).locator('.span-name').textContent()).toBe('process mail');
});

test('the keyboard and the overview zoom, and the axis follows', async () => {
  const page = await openFailed();
  const axis = () => page.locator('.tick').allTextContents();
  const whole = await axis();

  for (const key of ['End', 'z']) await page.keyboard.press(key);
  expect(await axis()).not.toEqual(whole);
  expect(await page.locator('.outside').count()).toBeGreaterThan(0);
  await page.keyboard.press('0');
  expect(await axis()).toEqual(whole);

  const map = (await page.locator('.minimap').boundingBox())!;
  await page.mouse.move(map.x + map.width * 0.5, map.y + 20);
  await page.mouse.down();
  await page.mouse.move(map.x + map.width * 0.75, map.y + 20, { steps: 4 });
  await page.mouse.up();
  await page.locator('.brush').waitFor();
  const zoomed = await axis();
  expect(zoomed[0]).toMatch(/^(?:24|25|26|27|28)/);
  await page.locator('.minimap').dblclick({ position: { x: 5, y: 20 } });
  expect(await axis()).toEqual(whole);
});

test('the critical path is drawn, walked along, and hidden', async () => {
  const page = await openFailed();

  expect(await page.locator('.path').count()).toBeGreaterThan(4);
  await page.keyboard.press('.');
  expect(await selectedIn(page).locator('.span-name').textContent()).toBe('POST /checkout');
  await page.keyboard.press('.');
  expect(await selectedIn(page).locator('.span-name').textContent()).toBe('POST /orders');
  await page.keyboard.press('c');
  expect(await page.locator('.path').count()).toBe(0);
});

test('log lines are dots on the bars, and a list that leads to their spans', async () => {
  const page = await openFailed();

  expect(await page.locator('.log-dot').count()).toBe(3);
  await page.keyboard.press('o');
  const logs = page.getByRole('complementary', { name: 'Log lines of the trace' });
  await logs.getByText('charge failed').click();
  expect(await selectedIn(page).locator('.span-name').textContent()).toBe('charge card');
});

test('spans that come later leave the rows, the selection and what was closed where they were', async () => {
  const children = (from: number, to: number): PlannedSpan[] =>
    Array.from({ length: to - from }, (_, index) => ({
      name: `call ${from + index}`,
      id: (0xa000 + from + index).toString(16).padStart(16, '0'),
      at: 10 + from + index,
      parent: '1111111111111111',
      below: [{ name: 'inside', id: (0xb000 + from + index).toString(16).padStart(16, '0'), at: 10 + from + index }],
    }));
  const traceId = '0000000000000000000000000000001e';
  const began = Date.now() - 1000;
  await sendTrace(under.viewer.url, traceId, [{ name: 'root', id: '1111111111111111', took: 500 }], began);
  await sendTrace(under.viewer.url, traceId, children(100, 200), began);
  const page = await under.open(`/trace/${traceId}`);
  await page.waitForFunction(() => document.querySelector('.trace-facts')?.textContent.includes('201 spans'));

  await page.locator('.span-rows').evaluate((rows) => rows.scrollTo(0, 1000));
  const row = rowsOf(page).filter({ hasText: 'call 125' });
  await row.getByRole('button', { name: 'Hide 1 below' }).click();
  await row.click();
  const place = await row.boundingBox();
  await sendTrace(under.viewer.url, traceId, children(0, 40), began);

  await page.waitForFunction(() => document.querySelector('.trace-facts')?.textContent.includes('281 spans'));
  expect(await row.boundingBox()).toEqual(place);
  expect(await row.getAttribute('aria-selected')).toBe('true');
  expect(await row.getAttribute('aria-expanded')).toBe('false');
});

test('a trace that is not here says so, and one that is forgotten stays on the page', async () => {
  const gone = await under.open('/trace/00000000000000000000000000000bad');
  await gone.getByText('This trace is not here').waitFor();

  const page = await openFailed();
  under.viewer.store.clear();
  await page.getByText('The viewer has forgotten this trace').waitFor();
  expect(await namesOf(page)).toHaveLength(6);
});

test('the trace is copied as text, and ids by a key', async () => {
  await sendTrace(under.viewer.url, FAILED, FAILED_ORDER);
  const page = await under.open(`/trace/${FAILED}`, { permissions: ['clipboard-read', 'clipboard-write'] });
  await rowsOf(page).first().waitFor();
  const clipboard = () => page.evaluate(() => navigator.clipboard.readText());

  await page.keyboard.press('Y');
  await page.getByText('trace as text copied').waitFor();
  expect(await clipboard()).toContain('✖ charge card  payments');
  await page.keyboard.press('y');
  await page.getByText('trace id copied').waitFor();
  expect(await clipboard()).toBe(FAILED);
  await page.getByRole('button', { name: 'Copy link' }).click();
  await page.getByText('link copied').waitFor();
  expect(await clipboard()).toBe(`${under.viewer.url}/trace/${FAILED}`);
});

test('an attribute leads to the traces that have the same', async () => {
  const page = await openFailed();

  await rowsOf(page).filter({ hasText: 'POST /orders' }).click();
  const customer = drawerOf(page).locator('.pair', { hasText: 'app.customer' });
  await customer.hover();
  await customer.getByRole('button', { name: 'Traces with this app.customer' }).click();
  await page.waitForURL(/q=app\.customer%3Aada/);
  await page.locator('.trace-rows').getByText('POST /checkout').waitFor();
  expect(await page.getByRole('combobox').inputValue()).toBe('app.customer:ada');
});

test('on a narrow page the details stand below the rows', async () => {
  await sendTrace(under.viewer.url, FAILED, FAILED_ORDER);
  const page = await under.open(`/trace/${FAILED}/c4a29ec4a29ec4a2`, { viewport: { width: 800, height: 700 } });

  const drawer = (await drawerOf(page).boundingBox())!;
  const rows = (await page.locator('.span-rows').boundingBox())!;
  expect(drawer.y).toBeGreaterThanOrEqual(rows.y + rows.height - 1);
  expect(drawer.width).toBe(800);
});

test('Esc closes the details, then the find, then the trace', async () => {
  await sendTrace(under.viewer.url, FAILED, FAILED_ORDER);
  const page = await under.open('/?q=error');
  await page.locator('.trace-rows').getByText('POST /checkout').click();
  await page.getByRole('textbox', { name: 'Find in this trace' }).fill('charge');
  await page.keyboard.press('Enter');
  await page.locator('.span-rows').focus();
  await page.keyboard.press('Enter');
  await drawerOf(page).waitFor();

  await page.keyboard.press('Escape');
  expect(await drawerOf(page).count()).toBe(0);
  await page.keyboard.press('Escape');
  expect(await page.getByRole('textbox', { name: 'Find in this trace' }).inputValue()).toBe('');
  await page.keyboard.press('q');
  await page.waitForURL((url) => url.pathname === '/' && url.searchParams.get('q') === 'error');
});

test('the wheel zooms at the pointer with Ctrl, and moves the part that is shown with Shift', async () => {
  const page = await openFailed();
  const ticks = () => page.locator('.tick').allTextContents();
  const whole = await ticks();
  const bar = (await rowsOf(page).filter({ hasText: 'charge card' }).locator('.bar').boundingBox())!;
  await page.mouse.move(bar.x, bar.y);

  await page.keyboard.down('Control');
  await page.mouse.wheel(0, -200);
  await page.keyboard.up('Control');
  await page.locator('.brush').waitFor();
  const zoomed = (await rowsOf(page).filter({ hasText: 'charge card' }).locator('.bar').boundingBox())!;
  expect(zoomed.width).toBeGreaterThan(bar.width * 1.3);
  expect(Math.abs(zoomed.x - bar.x)).toBeLessThan(3);

  const before = await ticks();
  await page.keyboard.down('Shift');
  await page.mouse.wheel(0, 300);
  await page.keyboard.up('Shift');
  await page.waitForFunction(
    (before) => JSON.stringify(Array.from(document.querySelectorAll('.tick'), (tick) => tick.textContent)) !== before,
    JSON.stringify(before),
  );
  await page.keyboard.press('0');
  expect(await ticks()).toEqual(whole);
});

test('the columns are made wider by the pointer and by keys, and stay so', async () => {
  const page = await openFailed();
  const splitter = page.getByRole('separator', { name: 'Width of the names' });
  const width = async () => (await rowsOf(page).first().locator('.name-cell').boundingBox())!.width;
  const before = await width();

  await splitter.focus();
  await page.keyboard.press('ArrowRight');
  expect(await width()).toBe(before + 16);
  const line = (await splitter.boundingBox())!;
  await page.mouse.move(line.x + 4, line.y + 200);
  await page.mouse.down();
  await page.mouse.move(line.x + 104, line.y + 200, { steps: 3 });
  await page.mouse.up();
  expect(await width()).toBe(before + 116);
  await page.reload();
  await rowsOf(page).first().waitFor();
  expect(await width()).toBe(before + 116);
});

test('the help lists the keys, and Esc closes it alone', async () => {
  const page = await openFailed();

  await page.keyboard.press('?');
  const help = page.getByRole('dialog', { name: 'Keys' });
  await help.getByText('fold repeats, or unfold them').waitFor();
  await page.keyboard.press('Escape');
  expect(await help.count()).toBe(0);
  expect(new URL(page.url()).pathname).toBe(`/trace/${FAILED}`);
});

test('a service of the header is found in the rows', async () => {
  const page = await openFailed();

  await page
    .getByRole('list', { name: /Services/ })
    .getByRole('button', { name: 'payments' })
    .click();
  expect(await page.locator('.span-row.is-found .span-name').allTextContents()).toEqual(['charge card']);
});
