import { setTimeout } from 'node:timers/promises';

import { startFaultyBackend } from '../backend/start-faulty-backend.ts';
import { runChild, type Preload } from '../run-child.ts';
import { markdownTable } from './markdown-table.ts';

const SPANS_PER_SECOND = 200;
const SECONDS = 40;
const DOWN_AFTER_MILLIS = 5000;
const DOWN_FOR_MILLIS = 30_000;

/** Costs of an outage of half a minute. */
export async function outageTable(): Promise<string> {
  process.stderr.write('outage\n');
  const rows = await Promise.all([row('Clew', 'clew'), row('upstream', 'upstream')]);
  return [
    `**An outage**: the backend is down for ${DOWN_FOR_MILLIS / 1000} s of ${SECONDS} at ${SPANS_PER_SECOND} spans/s; ` +
      `lost of ${SPANS_PER_SECOND * SECONDS}`,
    markdownTable(['', 'lost', 'duplicates', 'exit delay, s', 'lines on stderr'], rows),
  ].join('\n\n');
}

async function row(title: string, preload: Preload): Promise<string[]> {
  await using backend = await startFaultyBackend();
  const args = [String(SPANS_PER_SECOND), String(SECONDS)];
  const running = runChild({ preload, endpoint: backend.url, script: 'steady.mjs', args, timeoutMillis: 120_000 });
  await setTimeout(DOWN_AFTER_MILLIS);
  await backend.become({ fault: 'refuse' });
  await setTimeout(DOWN_FOR_MILLIS);
  await backend.become({});

  const { made, exitDelayMillis, stderr } = await running;
  const { received, duplicates } = (await backend.account()).spans;
  const delay = (exitDelayMillis / 1000).toFixed(1);
  return [title, String(made - received), String(duplicates), delay, String(stderr.length)];
}
