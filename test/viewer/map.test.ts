import { beforeEach, expect, test } from 'vitest';

import { sendTrace } from './plan-otlp.ts';
import { FAILED, FAILED_ORDER, MAILED, PLACED, PLACED_ORDER, SENT_MAIL } from './shop-traces.ts';
import { useViewer } from './use-viewer.ts';

const under = useViewer();

beforeEach(async () => {
  under.viewer.store.clear();
  const { url } = under.viewer;
  await sendTrace(url, FAILED, FAILED_ORDER);
  await sendTrace(url, PLACED, PLACED_ORDER);
  await sendTrace(url, MAILED, SENT_MAIL);
});

test('services, databases and queues stand from left to right, failing and slow edges are marked', async () => {
  const page = await under.open('/map');
  await page.locator('.node').first().waitFor();

  const xOf = async (text: string) => (await page.locator('.node', { hasText: text }).boundingBox())!.x;
  const xs = [await xOf('gateway'), await xOf('orders'), await xOf('postgresql')];
  expect(xs).toEqual(xs.toSorted((a, b) => a - b));
  expect(await xOf('confirmation-mail')).toBeLessThan(await xOf('worker'));
  expect(await page.locator('.node-database').count()).toBe(1);
  expect(await page.locator('.node-queue').count()).toBe(1);
  expect(await page.locator('.edge-failing').count()).toBeGreaterThan(0);
  expect(await page.locator('.edge-slow').count()).toBeGreaterThan(0);
});

test.each([
  ['payments', 'POST /checkout'],
  ['postgresql', 'POST /checkout'],
  ['confirmation-mail', 'process confirmation-mail'],
])('a click on %s shows the traces that it has a part in', async (node, trace) => {
  const page = await under.open('/map');

  await page.locator('.node', { hasText: node }).click();
  await page.locator('.trace-rows .name', { hasText: trace }).first().waitFor();
  expect(new URL(page.url()).searchParams.get('q')).toContain(node);
});

test('the table says the same as the drawing', async () => {
  const page = await under.open('/map');

  await page.getByRole('button', { name: 'Show as a table' }).click();
  const calls = page.getByRole('table', { name: 'Calls' });
  const row = calls.getByRole('row', { name: /orders postgresql shop/ });
  expect(await row.getByRole('cell').allTextContents()).toEqual(['postgresql shop', '13', '0', '600µs', '1.0ms']);
});

test('the map is alive: a service that comes is on it', async () => {
  const page = await under.open('/map');
  await page.locator('.node').first().waitFor();

  await sendTrace(under.viewer.url, '000000000000000000000000000000c1', [{ name: 'job', service: 'newcomer' }]);
  await page.locator('.node', { hasText: 'newcomer' }).waitFor();
  expect(await page.locator('.node-service').count()).toBe(6);
});
