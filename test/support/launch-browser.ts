import { execFileSync } from 'node:child_process';

import { type Browser, chromium } from 'playwright-core';

const FLAGS = [
  '--no-sandbox', // it refuses to run as root with one
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Starts the `chromium` on the PATH, headless; `npm test` installs it. */
export async function launchBrowser(): Promise<Browser> {
  const executablePath = execFileSync('which', ['chromium'], { encoding: 'utf8' }).trim();
  return await chromium.launch({ executablePath, args: FLAGS });
}
