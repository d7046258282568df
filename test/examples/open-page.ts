import type { Page } from 'playwright-core';

import { launchBrowser } from '../support/launch-browser.ts';

/** A page in a browser of its own. */
export interface OpenPage extends AsyncDisposable {
  readonly page: Page;
}

/** Opens a page in a headless browser. */
export async function openPage(url: string): Promise<OpenPage> {
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage();
    await page.goto(url);
    return { page, [Symbol.asyncDispose]: () => browser.close() };
  } catch (error) {
    await browser.close();
    throw error;
  }
}
