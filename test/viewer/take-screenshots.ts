import type { Browser, Page } from 'playwright-core';

/** A picture of the page: where, and what is done before it is taken. */
export interface Picture {
  readonly name: string;
  readonly path: string;
  readonly prepare?: (page: Page) => Promise<void>;
}

const SIZE = { width: 1280, height: 720 };

/**
 * Takes each picture in both themes, as `<name>-light.png` and `<name>-dark.png`.
 *
 * @param folder with a slash at its end
 * @returns the paths of the files
 */
export async function takeScreenshots(
  browser: Browser,
  url: string,
  folder: string,
  pictures: readonly Picture[],
): Promise<string[]> {
  const files: string[] = [];
  for (const colorScheme of ['light', 'dark'] as const) {
    const context = await browser.newContext({
      viewport: SIZE,
      deviceScaleFactor: 1.5,
      colorScheme,
      reducedMotion: 'reduce',
    });
    for (const { name, path, prepare } of pictures) {
      const page = await context.newPage();
      await page.goto(url + path);
      await page.locator('main :is([role=row], .node, .error-entry)').first().waitFor();
      await prepare?.(page);
      const file = `${folder}${name}-${colorScheme}.png`;
      await page.screenshot({ path: file });
      files.push(file);
      await page.close();
    }
    await context.close();
  }
  return files;
}

/** The pictures that tell what the page is: the list, a failed trace at its error, and the map. */
export function picturesOf(failedTraceId: string): readonly Picture[] {
  return [
    { name: 'traces', path: '/' },
    {
      name: 'trace',
      path: `/trace/${failedTraceId}`,
      async prepare(page) {
        await page.locator('.first-error').click();
        await page.locator('.drawer .frame-own').first().waitFor();
      },
    },
    { name: 'map', path: '/map' },
  ];
}
