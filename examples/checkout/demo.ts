// `npm run demo`: runs the shop under `clew run`, sends it four requests and shows what became of each. It stays open
// until Ctrl-C; with `--once` it ends by itself, with exit code 1 if a trace did not arrive whole.
import { startViewer, type Trace, traceLine, waterfall } from '@clew/viewer';

import { loggers } from './demo/missing-from.ts';
import { SCENARIOS } from './demo/scenarios.ts';
import { runShopUnderClew } from './demo/shop-under-clew.ts';
import { watchScenario } from './demo/watch-scenario.ts';

const staysOpen = !process.argv.includes('--once');

// `clew run` joins the viewer that it finds on its port and sends it traces and log lines. This one is ours, so that
// they can be checked.
const viewer = await startViewer({ port: 0 });
const shop = runShopUnderClew(viewer.port);
let isInterrupted = false;
process.on('SIGINT', () => void (isInterrupted = true)); // Ctrl-C reaches the shop as well; we end after it
process.on('SIGTERM', () => shop.stop());

try {
  const areWhole = await play(await shop.open);
  if (staysOpen) await stayOpen(await shop.open);
  else process.exitCode = areWhole ? 0 : 1;
} catch (error) {
  if (!isInterrupted) console.error(error);
  process.exitCode = isInterrupted ? 130 : 1;
} finally {
  shop.stop();
  await shop.ended;
  await viewer.close();
}

async function play(shopUrl: string): Promise<boolean> {
  let whole = 0;
  for (const [index, scenario] of SCENARIOS.entries()) {
    console.log(`${index + 1} of ${SCENARIOS.length}: ${scenario.title}. Look at ${scenario.lookAt}.\n`);
    const { trace, problems } = await watchScenario(scenario, shopUrl, viewer);
    if (trace !== undefined) show(trace);
    for (const problem of problems) console.log(`  not whole: ${problem}`);
    if (problems.length === 0) whole++;
  }
  console.log(`${whole} of ${SCENARIOS.length} traces arrived whole.`);
  return whole === SCENARIOS.length;
}

async function stayOpen(shopUrl: string): Promise<void> {
  console.log(`The shop stays open until Ctrl-C. Try: curl ${shopUrl}/customers/ada/orders\n`);
  viewer.store.subscribe({ traceComplete: show });
  await shop.ended;
}

function show(trace: Trace): void {
  const look = { columns: process.stdout.columns || 120, colors: process.stdout.isTTY && process.stdout.hasColors() };
  const { traceId, logs } = trace;
  console.log(traceLine(trace, look));
  console.log(waterfall(trace, look));
  console.log(`  ${logs.length} log lines of ${loggers(trace).join(', ')} have trace_id ${traceId}\n`);
}
