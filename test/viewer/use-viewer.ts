import { startViewer, type Viewer } from '@clew/viewer';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';

import { launchBrowser } from '../support/launch-browser.ts';

/** A viewer and a browser for the tests of a file. */
export interface ViewerUnderTest {
  readonly viewer: Viewer;
  /** Opens a page of the viewer, or any other address, as a browser that was never here. */
  open(path: string, options?: BrowserContextOptions): Promise<Page>;
}

const DESK: BrowserContextOptions = { viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce' };

/**
 * Starts a viewer and a browser before the tests of a file. After each test its pages are closed, and must have reported no
 * error, broken no rule of their content security policy and asked nobody but the viewer.
 */
export function useViewer(): ViewerUnderTest {
  let viewer: Viewer | undefined;
  let browser: Browser | undefined;
  let problems: string[] = [];

  beforeAll(async () => {
    viewer = await startViewer({ port: 0 });
    browser = await launchBrowser();
  });
  afterEach(async () => {
    await Promise.all((browser?.contexts() ?? []).map((context) => context.close()));
    const reported = problems;
    problems = [];
    expect(reported).toEqual([]);
  });
  afterAll(async () => {
    await browser?.close();
    await viewer?.close();
  });

  return {
    get viewer() {
      if (viewer === undefined) throw new Error('the viewer runs in tests only');
      return viewer;
    },
    async open(path, options) {
      if (browser === undefined) throw new Error('the browser runs in tests only');
      const context = await browser.newContext({ ...DESK, ...options });
      const page = await context.newPage();
      const { origin } = new URL(this.viewer.url);
      page.on('pageerror', (error) => problems.push(String(error.stack)));
      page.on('console', (message) => {
        const isOfNetwork = message.text().startsWith('Failed to load resource'); // tests stop servers and ask for what is gone
        if (message.type() === 'error' && !isOfNetwork) problems.push(message.text());
      });
      page.on('request', (request) => {
        const url = new URL(request.url());
        if (!['data:', 'file:'].includes(url.protocol) && url.origin !== origin) problems.push(`asked ${url.href}`);
      });
      await page.goto(new URL(path, this.viewer.url).href);
      return page;
    },
  };
}
