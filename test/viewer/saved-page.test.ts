import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { beforeEach, expect, test } from 'vitest';

import { HOSTILE_TEXTS } from './hostile-texts.ts';
import { sendTrace } from './plan-otlp.ts';
import { FAILED, FAILED_ORDER } from './shop-traces.ts';
import { useViewer } from './use-viewer.ts';

const under = useViewer();

beforeEach(() => under.viewer.store.clear());

/** Saves a trace by the button of its page. @returns the file */
async function save(traceId: string): Promise<string> {
  const page = await under.open(`/trace/${traceId}`);
  const download = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Save page' }).click();
  const file = join(mkdtempSync(join(tmpdir(), 'saved-')), (await download).suggestedFilename());
  await (await download).saveAs(file);
  await page.context().close();
  return file;
}

test('a saved trace is one file, which a colleague opens without any viewer', async () => {
  await sendTrace(under.viewer.url, FAILED, FAILED_ORDER);
  const file = await save(FAILED);
  under.viewer.store.clear();
  expect(file).toMatch(/trace-0{8}\.html$/);

  const page = await under.open(pathToFileURL(file).href, { offline: true });
  await page.getByText(/One trace, saved \d{4}-/).waitFor();
  expect(await page.locator('.span-name').allTextContents()).toContain('charge card');
  for (const key of ['e', 'e', 'Enter']) await page.keyboard.press(key);
  await page.locator('.drawer').getByText('at authorise (services/payments.cjs:31:11)').waitFor();
  await page.locator('.drawer').getByText('charge failed').waitFor();

  await page.getByRole('textbox', { name: 'Find in this trace' }).fill('visa');
  await page.locator('.find-count', { hasText: '1 of 1' }).waitFor();
  expect(await page.getByRole('link', { name: 'Logs' }).count()).toBe(0);
});

test('hostile texts do nothing in a saved file, which lets no other script run', async () => {
  const below = HOSTILE_TEXTS.map((text) => ({
    name: text,
    service: text,
    attributes: { 'app.text': text },
    failed: text,
  }));
  await sendTrace(under.viewer.url, FAILED, [{ name: '</script><img src=x onerror=window.harmed=1>', below }]);
  const file = await save(FAILED);
  expect(readFileSync(file, 'utf8')).toMatch(/http-equiv="content-security-policy"[^>]*default-src 'none'/);

  const page = await under.open(pathToFileURL(file).href, { offline: true });
  await page.locator('.span-name', { hasText: '<script>window.harmed=1</script>' }).first().waitFor();
  await page.keyboard.press('Enter');
  await page.locator('.drawer .section').first().waitFor();
  expect(await page.evaluate(() => (window as { harmed?: unknown }).harmed)).toBeUndefined();
  expect(await page.locator('img, iframe, base').count()).toBe(0);
});
