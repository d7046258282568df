import { setTimeout } from 'node:timers/promises';

import { median } from '../bench/median.ts';
import type { Conduct } from './backend/conduct.ts';
import type { SignalAccount } from './backend/ledger.ts';
import { startFaultyBackend, type FaultyBackend } from './backend/start-faulty-backend.ts';
import { droppedIn, type MemorySample, type SignalStatus } from './read-report.ts';
import { runChild } from './run-child.ts';
import { markdownTable } from './tables/markdown-table.ts';

const PHASE_MILLIS = 20_000;
const CALM_MILLIS = 40_000;

/** Faults that the backend has in turn; it is well in between. */
const FAULTS: readonly Conduct[] = [
  { fault: 'refuse' },
  { fault: 503 },
  { fault: 'silence' },
  { delayMillis: 5000 },
  { fault: 'reset' },
  { fault: 429, retryAfter: '5' },
  { fault: 400 },
];

/** An app under Clew beside a backend that fails every other twenty seconds: is its account exact, its memory flat? */
export async function soak(minutes: number): Promise<string> {
  await using backend = await startFaultyBackend();
  const seconds = minutes * 60;
  const running = runChild({
    preload: 'clew',
    endpoint: backend.url,
    script: 'soak.mjs',
    args: [String(seconds)],
    env: { OTEL_LOGS_EXPORTER: 'otlp' },
    timeoutMillis: seconds * 1000 + 60_000,
  });
  await flap(backend, Date.now() + seconds * 1000 - CALM_MILLIS);
  const { made, madeLogs = 0, status, samples, stderr, exitDelayMillis } = await running;
  const { spans, logs } = await backend.account();
  return [
    `**Soak**, ${minutes} min, 200 spans/s and 20 log records/s; every other 20 s the backend fails, each time in ` +
      `another way; exit delay ${(exitDelayMillis / 1000).toFixed(1)} s, ${stderr.length} lines on stderr`,
    accountTable({ spans: row(made, spans, status?.traces), logs: row(madeLogs, logs, status?.logs) }),
    memoryTable(samples),
  ].join('\n\n');
}

async function flap(backend: FaultyBackend, until: number): Promise<void> {
  for (let index = 0; Date.now() + 2 * PHASE_MILLIS <= until; index++) {
    await setTimeout(PHASE_MILLIS);
    await backend.become(FAULTS[index % FAULTS.length] ?? {});
    await setTimeout(PHASE_MILLIS);
    await backend.become({});
  }
}

function row(made: number, { received, duplicates }: SignalAccount, status: SignalStatus | undefined): string[] {
  const dropped = droppedIn(status);
  const causes = Object.entries(status?.dropped ?? {}).map(([cause, count]) => `${cause}: ${count}`);
  return [
    String(made),
    String(received),
    `${dropped}${causes.length > 0 ? ` (${causes.join(', ')})` : ''}`,
    String(made - received - dropped),
    String(status?.sent ?? ''),
    String(duplicates),
  ];
}

function accountTable(rows: Readonly<Record<string, readonly string[]>>): string {
  return markdownTable(
    ['', 'made', 'received', 'dropped, by cause', 'unaccounted', 'sent, says the SDK', 'duplicates'],
    Object.entries(rows).map(([title, cells]) => [title, ...cells]),
  );
}

/** The first third of the time, which holds the warm-up, beside the last. The heap is least just after a collection. */
function memoryTable(samples: readonly MemorySample[]): string {
  const third = Math.floor(samples.length / 3);
  const thirds = [samples.slice(0, third), samples.slice(-third)];
  const row = (title: string, field: keyof MemorySample, pick: (values: readonly number[]) => number) => [
    title,
    ...thirds.map((part) => (pick(part.map((sample) => sample[field])) / 2 ** 20).toFixed(1)),
  ];
  return markdownTable(
    ['memory, MiB', 'first third', 'last third'],
    [
      row('RSS, median', 'rss', median),
      row('RSS, most', 'rss', (values) => Math.max(...values)),
      row('heap, least', 'heapUsed', (values) => Math.min(...values)),
      row('array buffers, median', 'arrayBuffers', median),
    ],
  );
}
