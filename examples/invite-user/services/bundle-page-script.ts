import { fileURLToPath } from 'node:url';

import { rolldown } from 'rolldown';

const PAGE = fileURLToPath(new URL('../browser/page.ts', import.meta.url));

/** The script of the page and what it imports as one ES module. */
export async function bundlePageScript(): Promise<string> {
  const bundle = await rolldown({ input: PAGE, platform: 'browser' });
  const { output } = await bundle.generate({ format: 'esm' });
  await bundle.close();
  return output[0].code;
}
