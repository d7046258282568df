import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { SCENARIOS } from '../../examples/checkout/demo/scenarios.ts';
import { launchBrowser } from '../support/launch-browser.ts';
import { type Picture, takeScreenshots } from '../viewer/take-screenshots.ts';
import { type RunningProgram, runProgram } from './run-program.ts';

// The pictures of the READMEs: CLEW_PICTURES=../examples/checkout/pictures/ takes them anew.
const PICTURES = process.env['CLEW_PICTURES'];

let temporary = '';
let demo: RunningProgram;
let browser: Browser;
let page: Page;
let url = '';
let declined = '';
const problems: string[] = [];

beforeAll(async () => {
  temporary = await mkdtemp(join(tmpdir(), 'demo-page-'));
  await chmod(temporary, 0o755); // as root, the database runs as somebody else
  demo = runProgram('checkout', ['demo.ts'], { TMPDIR: temporary });
  const line = await demo.line(/^The shop stays open until Ctrl-C, and so does the page on /);
  url = line.split(' ').at(-1) ?? '';
  browser = await launchBrowser();
  page = await browser.newPage({ viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce' });
  page.on('pageerror', (error) => problems.push(String(error.stack)));
  page.on('request', (request) => {
    if (!request.url().startsWith(url)) problems.push(`asked ${request.url()}`);
  });
}, 60_000);

afterAll(async () => {
  await browser?.close();
  await demo?.stop();
  await rm(temporary, { recursive: true, force: true });
});

const rows = () => page.locator('.span-rows .virtual-height [role=row]');
const rowOf = (name: string) => rows().filter({ has: page.locator('.span-name', { hasText: name }) });
const selected = () => page.locator('.span-rows [role=row][aria-selected=true] .span-name');
const drawer = () => page.getByRole('complementary', { name: 'Span' });

/** Finds the one trace of a search, and opens it. */
async function search(query: string): Promise<void> {
  await page.goto(url);
  await page.getByRole('combobox').fill(query);
  const found = page.locator('.trace-rows [role=row]:has([role=gridcell].name)');
  await page.waitForURL(/\?q=/);
  await page.waitForFunction(() => document.querySelectorAll('.trace-rows [role=gridcell].name').length === 1);
  await found.click();
  await rows().first().waitFor();
}

test('the failed order is found by a search, and its error, log lines and SQL are seen', async () => {
  await search('declined status:402');
  declined = page.url();
  await page.locator('.first-error').click();

  await drawer().getByRole('heading', { name: 'charge card' }).waitFor();
  expect(await drawer().locator('.frame-own').first().textContent()).toContain('services/payments.cjs');
  for (const part of ['Error: card declined', 'asking the bank', 'charge failed']) {
    expect(await drawer().textContent()).toContain(part);
  }

  await rowOf('pg.query:SELECT shop').click();
  await drawer().getByText('SELECT sku, cents FROM products WHERE sku = ANY($1)').first().waitFor();
});

test('the slow order leads across its queue to the worker, and back', async () => {
  await search('service:worker rates/IT');
  const chip = (name: string) => page.locator('.link-chip', { hasText: name }).first();

  await chip('process confirmation-mail').click();
  await drawer().getByText('confirmation mail sent').waitFor();
  expect(await selected().textContent()).toBe('process confirmation-mail');

  await chip('POST /orders').click();
  await drawer().getByRole('heading', { name: 'POST /orders' }).waitFor();
  expect(await selected().textContent()).toBe('POST /orders');
});

test('the map has all services, the database and the queue', async () => {
  await page.goto(`${url}/map`);
  await page.locator('.node').first().waitFor();
  await page.getByRole('button', { name: 'Show as a table' }).click();

  const table = await page.getByRole('table').first().textContent();
  for (const name of ['gateway', 'orders', 'tax', 'payments', 'worker', 'postgresql shop', 'pg-boss confirmation-mail'])
    expect(table).toContain(name);
});

test('the pictures of the READMEs show the demo', async () => {
  const pictures: Picture[] = [
    { name: 'traces', path: '/' },
    { name: 'fast-order', ...(await pictureOf('service:worker rates/NL', 'process confirmation-mail')) },
    { name: 'slow-order', ...(await pictureOf('service:worker rates/IT', 'GET /rates/IT')) },
    { name: 'declined-card', ...(await pictureOf('declined status:402', 'charge card')) },
    { name: 'n-plus-1', ...(await pictureOf('route:/customers/:customer/orders', 'pg.query:SELECT shop')) },
    { name: 'map', path: '/map' },
  ];
  await orderSomeMore();

  const files = await takeScreenshots(browser, url, PICTURES ?? `${temporary}/`, pictures);

  expect(files).toHaveLength(2 * pictures.length);
}, 120_000);

/** The place of the one trace that a search finds, with the details of its last span of a name. */
async function pictureOf(query: string, name: string): Promise<Omit<Picture, 'name'>> {
  await search(query);
  const path = new URL(page.url()).pathname;
  const prepare = async (opened: Page) => {
    const row = opened.locator('.span-rows .virtual-height [role=row]').filter({ hasText: name });
    await row.last().click();
    await opened.locator('.drawer .section').first().waitFor();
  };
  return { path, prepare };
}

/** Sends the shop some more requests of each kind, so that the list and the map have something to show. */
async function orderSomeMore(): Promise<void> {
  const shop = /http:\/\/[\d.:]+/.exec(await demo.line(/^Try: curl/))?.[0] ?? '';
  for (const { path, order } of Array.from({ length: 6 }, () => SCENARIOS).flat()) {
    const headers = { 'content-type': 'application/json' };
    await (await fetch(shop + path, order && { method: 'POST', headers, body: JSON.stringify(order) })).arrayBuffer();
  }
}

test('a saved trace is opened when the demo is over, offline', async () => {
  await page.goto(declined);
  const download = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Save page' }).click();
  const file = join(temporary, 'saved.html');
  await (await download).saveAs(file);
  expect(problems).toEqual([]);
  demo.interrupt();
  await demo.ended;

  const offline = await browser.newPage({ offline: true });
  await offline.goto(pathToFileURL(file).href);

  await offline.locator('.span-name', { hasText: 'charge card' }).click();
  await offline.locator('.drawer .frame-own', { hasText: 'services/payments.cjs' }).first().waitFor();
  await offline.locator('.drawer').getByText('charge failed').waitFor();
}, 60_000);
