import { readFile } from 'node:fs/promises';

import { readPolicy } from '@clew/sampling/policy';
import type { Viewer } from '@clew/viewer';

import { accountsIn } from './sampling/accounts.ts';
import { createLineLog, type LineLog } from './sampling/line-log.ts';
import { keptTraces } from './sampling/kept-traces.ts';
import { LOAD_SECONDS, PLACED, sendLoad, TOTAL } from './sampling/load.ts';
import { isAsItMustBe, samplingReport } from './sampling/sampling-report.ts';
import { whole } from './sampling/text-table.ts';
import type { ShopUnderClew } from './shop-under-clew.ts';
import { withShop } from './with-shop.ts';

const POLICY = new URL('../sampling.yaml', import.meta.url);
const PROGRESS_MILLIS = 4000;
const PATIENCE_MILLIS = 10_000;

/** Runs the shop with the policy in sampling.yaml, under load, and shows what was kept and why. */
export async function showSampling(): Promise<void> {
  const { policy, problems } = readPolicy(await readFile(POLICY, 'utf8'));
  if (policy === undefined) {
    for (const { message } of problems) console.error(`sampling.yaml: ${message}`);
    process.exitCode = 1;
    return;
  }
  const log = createLineLog();
  const env = {
    CLEW_SAMPLING_FILE: 'sampling.yaml',
    NODE_OPTIONS: `--import ${import.meta.resolve('./sampling/report-account.ts')}`,
  };
  await withShop(
    async (shop, viewer) => {
      await underLoad(shop, viewer, log);
      const traces = viewer.store.traces();
      const accounts = accountsIn(log.lines, traces);
      if (accounts.length === 0) throw new Error('the shop ended before its processes could tell their accounts');
      const outcome = { kept: keptTraces(traces), accounts };
      console.log(samplingReport(policy, outcome));
      return isAsItMustBe(outcome);
    },
    { env, onLine: log.add },
  );
}

async function underLoad(shop: ShopUnderClew, viewer: Viewer, log: LineLog): Promise<void> {
  console.log('The shop opens with the policy in examples/checkout/sampling.yaml, which takes some seconds.');
  const url = await shop.open;
  console.log(
    `It gets ${whole(TOTAL)} requests in ${LOAD_SECONDS} seconds: orders, some of them with a card that is declined,`,
  );
  console.log('some for Italy, whose tax API is slow; lists of orders; health probes.');
  let answers = 0;
  const progress = setInterval(() => console.log(`  ${whole(answers)} of ${whole(TOTAL)} answered`), PROGRESS_MILLIS);
  try {
    await sendLoad(url, (count) => (answers = count));
  } finally {
    clearInterval(progress);
  }
  console.log('All are answered. The shop closes, and each of its processes tells what became of its spans.\n');
  await log.until(/"msg":"confirmation mail sent"/, PLACED, PATIENCE_MILLIS);
  await viewer.whenIdle({ quietMillis: 1000, timeoutMillis: PATIENCE_MILLIS });
  shop.stop();
  await shop.ended;
}
