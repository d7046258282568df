import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { startViewer } from '@clew/viewer';
import { expect, test } from 'vitest';

import { launchBrowser } from '../support/launch-browser.ts';
import { sendTrace } from './plan-otlp.ts';
import { FAILED, FAILED_ORDER, healthCheck, MAILED, PLACED, PLACED_ORDER, SENT_MAIL } from './shop-traces.ts';
import { picturesOf, takeScreenshots } from './take-screenshots.ts';

test('the pictures of the READMEs can be taken, in both themes', async () => {
  await using viewer = await startViewer({ port: 0 });
  for (let number = 0; number < 20; number += 1) {
    await sendTrace(
      viewer.url,
      healthCheck(number).traceId,
      healthCheck(number).tops,
      Date.now() - (30 - number) * 1000,
    );
  }
  await sendTrace(viewer.url, PLACED, PLACED_ORDER, Date.now() - 6000);
  await sendTrace(viewer.url, MAILED, SENT_MAIL, Date.now() - 4000);
  await sendTrace(viewer.url, FAILED, FAILED_ORDER, Date.now() - 2000);
  const browser = await launchBrowser();
  const folder = `${mkdtempSync(join(tmpdir(), 'pictures-'))}/`;

  const files = await takeScreenshots(browser, viewer.url, folder, picturesOf(FAILED));
  await browser.close();

  const names = files.map((file) => file.slice(folder.length));
  expect(names.toSorted()).toEqual(
    ['map', 'trace', 'traces'].flatMap((name) => [`${name}-dark.png`, `${name}-light.png`]).toSorted(),
  );
  for (const file of files) expect(readFileSync(file).length).toBeGreaterThan(20_000);
}, 60_000);
