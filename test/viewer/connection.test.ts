import { startViewer } from '@clew/viewer';
import { beforeEach, expect, test } from 'vitest';

import { sendTrace } from './plan-otlp.ts';
import { FAILED, FAILED_ORDER, healthCheck } from './shop-traces.ts';
import { useViewer } from './use-viewer.ts';

const under = useViewer();

beforeEach(() => under.viewer.store.clear());

test('a viewer that is gone is told, what was read stays, and a new one is found by itself', async () => {
  const first = await startViewer({ port: 0 });
  await sendTrace(first.url, FAILED, FAILED_ORDER);
  const page = await under.open('/');
  page.removeAllListeners('request');
  await page.goto(first.url);
  await page.locator('.trace-rows').getByText('POST /checkout').waitFor();

  await first.close();
  await page.getByRole('alert').getByText('The viewer is not running; reconnecting').waitFor();
  await page.getByRole('button', { name: 'Offline' }).waitFor();
  expect(await page.locator('.trace-rows').getByText('POST /checkout').count()).toBe(1);

  await using second = await startViewer({ port: first.port });
  const { traceId, tops } = healthCheck(1);
  await sendTrace(second.url, traceId, tops);
  await page.getByRole('button', { name: 'Live' }).waitFor();
  await page.locator('.trace-rows').getByText('GET /healthz/1').waitFor();
  expect(await page.getByRole('alert').textContent()).toBe('');
});

test('a page that nobody sees leaves its connection to others, and reads anew when it is seen', async () => {
  const page = await under.open('/');
  await page.getByText('Waiting for the first trace').waitFor();
  const setHidden = (isHidden: boolean) =>
    page.evaluate((isHidden) => {
      Object.defineProperty(document, 'hidden', { value: isHidden, configurable: true });
      document.dispatchEvent(new Event('visibilitychange'));
    }, isHidden);

  await setHidden(true);
  await sendTrace(under.viewer.url, FAILED, FAILED_ORDER);
  expect(await page.getByText('Waiting for the first trace').count()).toBe(1);
  await setHidden(false);
  await page.locator('.trace-rows').getByText('POST /checkout').waitFor();
});

test('a trace that was opened before the viewer went away is read again when it is back', async () => {
  const first = await startViewer({ port: 0 });
  await sendTrace(first.url, FAILED, FAILED_ORDER);
  const page = await under.open('/');
  page.removeAllListeners('request');
  await page.goto(`${first.url}/trace/${FAILED}`);
  await page.locator('.span-name').first().waitFor();

  await first.close();
  await page.getByRole('alert').getByText('reconnecting').waitFor();
  await using _second = await startViewer({ port: first.port });
  await page.getByText('The viewer has forgotten this trace').waitFor();
  expect(await page.locator('.span-name').count()).toBe(6);
});
