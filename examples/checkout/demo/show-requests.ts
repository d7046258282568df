import { type Trace, traceLine, type Viewer, waterfall, type WaterfallOptions } from '@clew/viewer';

import { loggers } from './missing-from.ts';
import { SCENARIOS } from './scenarios.ts';
import { terminal } from './terminal.ts';
import { watchScenario } from './watch-scenario.ts';
import { withShop } from './with-shop.ts';

/** Work of `showRequests` beside sending requests. */
interface ShowOptions {
  /** Shows each request of the reader's as well, until Ctrl-C. */
  readonly staysOpen: boolean;
  /** Opens the page in the browser. */
  readonly opensPage?: boolean;
}

/** Sends the shop four requests and shows what became of each, in the terminal and on a page. */
export function showRequests({ staysOpen, opensPage = false }: ShowOptions): Promise<void> {
  return withShop(
    async (shop, viewer) => {
      const url = await shop.open;
      const areWhole = await play(url, viewer);
      if (!staysOpen) return areWhole;
      console.log(`The shop stays open until Ctrl-C, and so does the page on ${viewer.url}`);
      console.log(`Try: curl ${url}/customers/ada/orders\n`);
      viewer.store.subscribe({ traceComplete: (trace) => show(trace) });
      await shop.ended;
      return true;
    },
    { opensPage },
  );
}

async function play(shopUrl: string, viewer: Viewer): Promise<boolean> {
  let whole = 0;
  for (const [index, scenario] of SCENARIOS.entries()) {
    console.log(`${index + 1} of ${SCENARIOS.length}: ${scenario.title}. Look at ${scenario.lookAt}.\n`);
    const { trace, problems } = await watchScenario(scenario, shopUrl, viewer);
    if (trace !== undefined) show(trace, { legend: index === 0 });
    for (const problem of problems) console.log(`  not whole: ${problem}`);
    if (problems.length === 0) whole++;
  }
  console.log(`${whole} of ${SCENARIOS.length} traces arrived whole.`);
  return whole === SCENARIOS.length;
}

function show(trace: Trace, { legend }: Pick<WaterfallOptions, 'legend'> = {}): void {
  const look = { ...terminal(), legend: legend ?? false };
  const { traceId, logs } = trace;
  console.log(traceLine(trace, look));
  console.log(waterfall(trace, look));
  console.log(`  ${logs.length} log lines of ${loggers(trace).join(', ')} have trace_id ${traceId}\n`);
}
