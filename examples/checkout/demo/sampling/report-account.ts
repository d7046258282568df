// Loaded into each service behind the preload: as the service is asked to end, it writes what became of its spans, and how
// many it has sent a second.
import { type ClewSdk, start } from '@clew/sdk';

const service = process.env['OTEL_SERVICE_NAME'];
if (service !== undefined) {
  const sdk = start(); // returns what the preload has started
  const most = mostPerSecond(sdk);
  process.once('SIGTERM', () => void endWithAccount(service, sdk, most()));
}

/** Seconds of a mean: what is sent goes in batches, so that single seconds would say more of those. */
const WINDOW = 10;

/** Looks each second at what was sent; returns the greatest mean so far. */
function mostPerSecond(sdk: ClewSdk): () => number {
  const looks: { readonly at: number; readonly sent: number }[] = [];
  let most = 0;
  const look = () => {
    const now = { at: performance.now(), sent: sdk.status().traces.sent };
    looks.push(now);
    const before = looks.length > WINDOW ? looks.shift() : undefined;
    if (before !== undefined) most = Math.max(most, (1000 * (now.sent - before.sent)) / (now.at - before.at));
  };
  setInterval(look, 1000).unref();
  return () => most;
}

async function endWithAccount(name: string, sdk: ClewSdk, most: number): Promise<void> {
  await sdk.shutdown();
  const account = { service: name, spans: sdk.status().traces, mostPerSecond: most };
  process.stdout.write(`${JSON.stringify({ account })}\n`, () => process.exit());
}
