// Loaded into each service behind the preload: as the service is asked to end, it writes what became of its spans.
import { type ClewSdk, start } from '@clew/sdk';

const service = process.env['OTEL_SERVICE_NAME'];
if (service !== undefined) {
  const sdk = start(); // returns what the preload has started
  process.once('SIGTERM', () => void endWithAccount(service, sdk));
}

async function endWithAccount(name: string, sdk: ClewSdk): Promise<void> {
  await sdk.shutdown();
  const account = { service: name, spans: sdk.status().traces };
  process.stdout.write(`${JSON.stringify({ account })}\n`, () => process.exit());
}
