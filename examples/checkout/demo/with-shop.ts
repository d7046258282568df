import { startViewer, type Viewer } from '@clew/viewer';

import { runShopUnderClew, type ShopOptions, type ShopUnderClew } from './shop-under-clew.ts';

/**
 * Runs the shop, does the work with it, and ends everything again. The work returns whether it went well, which is the
 * exit code; after Ctrl-C that is 130.
 */
export async function withShop(
  work: (shop: ShopUnderClew, viewer: Viewer) => Promise<boolean>,
  options?: ShopOptions,
): Promise<void> {
  // `clew run` joins the viewer that it finds on its port and sends it traces and log lines. This one is ours, so that
  // they can be checked.
  const viewer = await startViewer({ port: 0 });
  const shop = runShopUnderClew(viewer.port, options);
  let isInterrupted = false;
  process.on('SIGINT', () => void (isInterrupted = true)); // Ctrl-C reaches the shop as well; we end after it
  process.on('SIGTERM', () => shop.stop());

  try {
    process.exitCode = (await work(shop, viewer)) ? 0 : 1;
  } catch (error) {
    if (!isInterrupted) console.error(error);
    process.exitCode = isInterrupted ? 130 : 1;
  } finally {
    shop.stop();
    await shop.ended;
    await viewer.close();
  }
}
