import { execFileSync } from 'node:child_process';

import { chromium, type Page } from 'playwright-core';

/** A page in a browser of its own. */
export interface OpenPage extends AsyncDisposable {
  readonly page: Page;
}

const FLAGS = [
  '--no-sandbox', // it refuses to run as root with one
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Opens a page in the `chromium` on the PATH, headless; `npm test` installs it. */
export async function openPage(url: string): Promise<OpenPage> {
  const executablePath = execFileSync('which', ['chromium'], { encoding: 'utf8' }).trim();
  const browser = await chromium.launch({ executablePath, args: FLAGS });
  try {
    const page = await browser.newPage();
    await page.goto(url);
    return { page, [Symbol.asyncDispose]: () => browser.close() };
  } catch (error) {
    await browser.close();
    throw error;
  }
}
