import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';

import { sendGauges, sendTrace } from './plan-otlp.ts';
import { FAILED, FAILED_ORDER, healthCheck, MAILED, PLACED, PLACED_ORDER, SENT_MAIL } from './shop-traces.ts';
import { useViewer } from './use-viewer.ts';

const under = useViewer();

beforeAll(async () => {
  const { url } = under.viewer;
  await sendTrace(url, FAILED, FAILED_ORDER);
  await sendGauges(url, 'gateway', { 'heap.used': 1_048_576 });
  await sendTrace(url, PLACED, PLACED_ORDER);
  await sendTrace(url, MAILED, SENT_MAIL);
  for (let number = 1; number <= 20; number += 1)
    await sendTrace(url, healthCheck(number).traceId, healthCheck(number).tops);
});

async function findingsOf(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate<axe.AxeResults>('axe.run(document)');
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html}\n${failureSummary}`));
}

const VIEWS: readonly { readonly what: string; readonly path: string; readonly keys?: readonly string[] }[] = [
  { what: 'the list', path: '/' },
  { what: 'a list with a row that is chosen', path: '/', keys: ['j', 'j'] },
  { what: 'the list with suggestions', path: '/', keys: ['/'] },
  { what: 'a search without results', path: '/?q=unicorns' },
  { what: 'the help', path: '/', keys: ['?'] },
  { what: 'a trace', path: `/trace/${FAILED}` },
  { what: 'a span', path: `/trace/${FAILED}/c4a29ec4a29ec4a2` },
  { what: 'a span with a statement', path: `/trace/${FAILED}`, keys: ['j', 'j', 'j', 'Enter'] },
  { what: 'the log lines of a trace', path: `/trace/${FAILED}`, keys: ['o'] },
  { what: 'a trace that is zoomed, with closed rows', path: `/trace/${FAILED}`, keys: ['j', 'j', 'h', 'z'] },
  { what: 'a trace with a queue link', path: `/trace/${PLACED}`, keys: ['j', 'End', 'Enter'] },
  { what: 'a trace that is not here', path: '/trace/00000000000000000000000000000bad' },
  { what: 'the map', path: '/map' },
  { what: 'the errors', path: '/errors' },
  { what: 'the log lines', path: '/logs' },
  { what: 'the metrics', path: '/metrics' },
];

for (const colorScheme of ['light', 'dark'] as const) {
  test.each(VIEWS)(`axe finds nothing serious in $what (${colorScheme})`, async ({ path, keys = [] }) => {
    const page = await under.open(path, { colorScheme });
    await page
      .locator('main :is([role=row], .notice:not(.is-reading), .map, .error-entry, .data-table)')
      .first()
      .waitFor();

    for (const key of keys) await page.keyboard.press(key);
    if (keys.includes('Enter')) await page.locator('.drawer .timing').waitFor();

    expect(await findingsOf(page)).toEqual([]);
  });
}

test('axe finds nothing serious on the empty page, and on the table of the map', async () => {
  const page = await under.open('/map');
  await page.getByRole('button', { name: 'Show as a table' }).click();
  expect(await findingsOf(page)).toEqual([]);

  await page.route('**/api/traces*', (route) => route.fulfill({ json: { api: 1, traces: [], held: 0 } }));
  await page.goto(under.viewer.url);
  await page.getByText('Waiting for the first trace').waitFor();
  expect(await findingsOf(page)).toEqual([]);
});

test('every node of the map is reached by the Tab key, and leads to its traces', async () => {
  const page = await under.open('/map');
  await page.locator('.node').first().waitFor();

  const reached = new Set<string>();
  for (let step = 0; step < 40; step += 1) {
    await page.keyboard.press('Tab');
    const label = await page.evaluate(() => document.activeElement?.closest('.node')?.textContent ?? '');
    if (label !== '') reached.add(label);
  }
  expect(reached.size).toBe(7);

  await page.locator('.node', { hasText: 'payments' }).focus();
  await page.keyboard.press('Enter');
  await page.waitForURL(/q=service%3Apayments/);
});

test('rows say their place in the tree, whether they are open, and how many there are', async () => {
  const page = await under.open(`/trace/${FAILED}`);
  const rows = page.getByRole('treegrid', { name: 'Spans' });

  expect(await rows.getAttribute('aria-rowcount')).toBe('7');
  const row = rows.getByRole('row', { name: /POST \/charge/ });
  expect(await row.getAttribute('aria-level')).toBe('3');
  expect(await row.getAttribute('aria-expanded')).toBe('true');
  expect(await row.getAttribute('aria-rowindex')).toBe('6');
  await page.keyboard.press('j');
  const active = await rows.getAttribute('aria-activedescendant');
  expect(await page.locator(`#${active}`).getAttribute('aria-selected')).toBe('true');
});
