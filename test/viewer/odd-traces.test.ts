import type { Page } from 'playwright-core';
import { beforeEach, expect, test } from 'vitest';

import { planOtlp, type PlannedSpan, post, sendTrace } from './plan-otlp.ts';
import { useViewer } from './use-viewer.ts';

const under = useViewer();
const TRACE = '00000000000000000000000000000dd1';
const YEAR = 365 * 24 * 3_600_000;

beforeEach(() => under.viewer.store.clear());

async function openTrace(tops: readonly PlannedSpan[], beganMillis?: number): Promise<Page> {
  await sendTrace(under.viewer.url, TRACE, tops, beganMillis);
  const page = await under.open(`/trace/${TRACE}`);
  await page.locator('.span-rows .span-name').first().waitFor();
  return page;
}

const rowWith = (page: Page, text: string) => page.locator('.span-rows .virtual-height [role=row]', { hasText: text });

test('clocks that are years apart leave an axis for the spans that lie together, and the others are told', async () => {
  const page = await openTrace(
    [
      {
        name: 'request',
        service: 'gateway',
        kind: 'server',
        at: YEAR,
        took: 50,
        below: [
          { name: 'from the past', service: 'old', kind: 'server', at: 0, took: 10 },
          { name: 'near', at: YEAR + 10, took: 30 },
          { name: 'from the future', service: 'new', kind: 'server', at: 4 * YEAR, took: 10 },
        ],
      },
    ],
    Date.now() - 2 * YEAR,
  );

  await page.getByText('2 spans lie hours or more away from the others').waitFor();
  const near = (await rowWith(page, 'near').locator('.bar').boundingBox())!;
  const whole = (await rowWith(page, 'request').locator('.bar').boundingBox())!;
  expect(near.width / whole.width).toBeCloseTo(30 / 50, 1);
  expect(await rowWith(page, 'from the past').locator('.outside-before').count()).toBe(1);
  expect(await rowWith(page, 'from the future').locator('.outside-after').count()).toBe(1);

  await page.getByRole('button', { name: 'Show all of the time' }).click();
  expect(await page.locator('.outside').count()).toBe(0);
  expect((await page.locator('.tick').allTextContents()).at(-1)).toMatch(/ d$/);
});

test('a span of no length and one that ends before it starts can be seen', async () => {
  const page = await openTrace([
    {
      name: 'root',
      took: 100,
      below: [
        { name: 'at once', at: 50, took: 0 },
        { name: 'backwards', at: 60, took: -20 },
      ],
    },
  ]);

  expect((await rowWith(page, 'at once').locator('.bar').boundingBox())!.width).toBeGreaterThanOrEqual(2);
  expect((await rowWith(page, 'backwards').locator('.bar').boundingBox())!.width).toBeGreaterThanOrEqual(2);
  expect(await rowWith(page, 'backwards').textContent()).toContain('before it started');
});

test('10,000 levels are shown, indented no further than there is room, with their depth', async () => {
  let chain: PlannedSpan = { name: 'the innermost', exception: { type: 'Error', message: 'deep' } };
  for (let depth = 1; depth < 10_000; depth += 1) chain = { name: `level ${10_000 - depth}`, took: 10, below: [chain] };
  const page = await openTrace([chain]);

  await page.keyboard.press('End');
  const last = rowWith(page, 'the innermost');
  await last.waitFor();
  expect(await last.locator('.depth').textContent()).toBe('⋯9999');
  const name = (await last.locator('.span-name').boundingBox())!;
  const cell = (await last.locator('.name-cell').boundingBox())!;
  expect(name.x + 60).toBeLessThan(cell.x + cell.width);

  await page.keyboard.press('Home');
  await page.keyboard.press('h');
  expect(await page.locator('.hidden-count').textContent()).toBe('9999');
  await page.keyboard.press('e');
  await last.waitFor();
}, 60_000);

test('orphans, cycles and ids that collide are shown and named', async () => {
  const { traces } = planOtlp(TRACE, [
    { name: 'root', id: 'aaaaaaaaaaaaaaaa' },
    { name: 'orphan', parent: 'eeeeeeeeeeeeeeee' },
    { name: 'hen', id: 'bbbbbbbbbbbbbbbb', parent: 'cccccccccccccccc' },
    { name: 'egg', id: 'cccccccccccccccc', parent: 'bbbbbbbbbbbbbbbb' },
    { name: 'the same id', id: 'aaaaaaaaaaaaaaaa', service: 'other' },
  ]);
  await post(`${under.viewer.url}/v1/traces`, traces);
  const page = await under.open(`/trace/${TRACE}`);

  await rowWith(page, 'root').waitFor();
  expect(await rowWith(page, 'orphan').locator('.top-mark').textContent()).toBe('parent not received');
  expect(await page.locator('.top-mark', { hasText: 'cycle' }).count()).toBe(1);
  for (const name of ['hen', 'egg']) expect(await rowWith(page, name).count()).toBe(1);
});

test('a trace of log lines alone, and one without names, are shown', async () => {
  await post(`${under.viewer.url}/v1/logs`, {
    resourceLogs: [{ scopeLogs: [{ logRecords: [{ traceId: TRACE, body: { stringValue: 'alone' } }] }] }],
  });
  const page = await under.open('/');
  await page.getByText('root not received yet').click();
  await page.getByRole('heading', { name: 'Root not received yet' }).waitFor();
  await page.keyboard.press('o');
  await page.getByText('alone').waitFor();

  await post(`${under.viewer.url}/v1/traces`, {
    resourceSpans: [{ scopeSpans: [{ spans: [{ traceId: TRACE, spanId: 'a'.repeat(16) }] }] }],
  });
  await page.getByText('(no name)').first().waitFor();
  expect(await page.locator('.trace-facts').textContent()).toContain('1 span');
});

test('a trace of 300 services and a span of 500 attributes are bounded and whole', async () => {
  const below = Array.from({ length: 300 }, (_, index) => ({
    name: `call ${index}`,
    service: `service-${index}`,
    at: index,
  }));
  const attributes = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`app.key${index}`, index]));
  const page = await openTrace([{ name: 'root', took: 400, attributes, below }]);

  expect(await page.locator('.path-shares li').count()).toBeLessThan(10);
  await page.keyboard.press('j');
  await page.keyboard.press('Enter');
  await page.locator('.pair', { hasText: 'app.key499' }).waitFor();
  await page.goto(under.viewer.url);
  expect(await page.locator('.trace-rows .services .service-name').count()).toBeLessThan(6);
});
