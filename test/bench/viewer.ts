// Costs of a receiver that takes spans: the CPU time of its process for each, the memory it holds them in, and its start.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

import { machine } from './machine.ts';
import { median } from './median.ts';
import { autotelDevtools } from './peers.ts';
import { type ReceiverProcess, startReceiverProcess } from './receiver-process.ts';
import { createSpanBatches, type SpanBatches } from './span-batches.ts';

interface Contender {
  readonly name: string;
  readonly argsFor: (port: number, grpcPort: number) => readonly string[];
  readonly isCompressed: boolean;
}

/** Figures of one process. */
interface Figures {
  readonly readyMillis: number;
  /** CPU microseconds a span, of each round. */
  readonly costs: number[];
  /** Megabytes with some 100,000 spans, and after 300,000 more. */
  readonly held: number[];
}

const PROCESSES = 3;
const ROUNDS = 3;
/** Batches of 512 spans: 100,352 in all. */
const WARM_UP_BATCHES = 34;
const ROUND_BATCHES = 54;
const CHURN_BATCHES = 600;
const VIEWER = fileURLToPath(new URL('./fixtures/viewer-process.mjs', import.meta.url));

/** Runs the benchmark and returns its table in Markdown. */
export async function run(): Promise<string> {
  const peer = join(await autotelDevtools(), 'dist/cli.js');
  const viewer = (port: number, grpcPort: number) => [VIEWER, String(port), String(grpcPort)];
  const contenders: readonly Contender[] = [
    { name: 'Clew viewer', argsFor: viewer, isCompressed: false },
    { name: 'Clew viewer, requests in gzip', argsFor: viewer, isCompressed: true },
    {
      name: 'autotel-devtools 27.1.0',
      argsFor: (port, grpcPort) => [peer, '--port', String(port), '--grpc-port', String(grpcPort)],
      isCompressed: false,
    },
  ];
  const all = contenders.map((): Figures[] => []);
  for (let process = 0; process < PROCESSES; process++) {
    const figures = await measureAll(contenders);
    for (const [index, each] of figures.entries()) all[index]?.push(each);
  }
  const costs = all.map((figures) => figures.flatMap((each) => each.costs));
  const peerCosts = costs.at(-1) ?? [];
  return [
    `${machine()}; medians of ${ROUNDS} interleaved rounds of ${(ROUND_BATCHES * 512).toLocaleString('en')} spans in each of ${PROCESSES} processes`,
    '',
    '| receiver | CPU µs a span | × the peer | RSS, MB: 100,352 spans sent | 307,200 more | ready, ms |',
    '| --- | --: | --: | --: | --: | --: |',
    ...contenders.map(({ name }, index) => {
      const [own = [], figures = []] = [costs[index], all[index]];
      const ratio = median(own.map((cost, n) => cost / (peerCosts[n] ?? Number.NaN)));
      const held = [0, 1].map((n) => median(figures.flatMap((each) => each.held[n] ?? [])));
      const cells = [
        median(own).toFixed(1),
        own === peerCosts ? '' : ratio.toFixed(3),
        ...held.map((megabytes) => (Number.isNaN(megabytes) ? '' : megabytes.toFixed(0))),
        median(figures.map(({ readyMillis }) => readyMillis)).toFixed(0),
      ];
      return `| ${name} | ${cells.join(' | ')} |`;
    }),
  ].join('\n');
}

/** One process of each contender; they work in turn. */
async function measureAll(contenders: readonly Contender[]): Promise<Figures[]> {
  await using processes = new AsyncDisposableStack();
  const batches = createSpanBatches();
  const running: { readonly process: ReceiverProcess; readonly isCompressed: boolean; readonly figures: Figures }[] =
    [];
  for (const { argsFor, isCompressed } of contenders) {
    const process = processes.use(await startReceiverProcess(argsFor));
    running.push({ process, isCompressed, figures: { readyMillis: process.readyMillis, costs: [], held: [] } });
  }
  for (const { process, isCompressed } of running) await send(process, batches, WARM_UP_BATCHES, isCompressed);
  for (let round = 0; round < ROUNDS; round++) {
    for (const { process, isCompressed, figures } of running) {
      const before = process.cpuMicros();
      await send(process, batches, ROUND_BATCHES, isCompressed);
      figures.costs.push((process.cpuMicros() - before) / (ROUND_BATCHES * batches.spansPerBatch));
    }
  }
  for (const { process, figures } of running) figures.held.push(process.residentMegabytes());
  for (const { process, isCompressed, figures } of running.slice(0, -1)) {
    // the peer would take a minute
    await send(process, batches, CHURN_BATCHES, isCompressed);
    figures.held.push(process.residentMegabytes());
  }
  return running.map(({ figures }) => figures);
}

async function send(to: ReceiverProcess, batches: SpanBatches, count: number, isCompressed: boolean): Promise<void> {
  for (let i = 0; i < count; i++) {
    const body = batches.next();
    if (isCompressed) await to.post(gzipSync(body, { level: 1 }), { 'content-encoding': 'gzip' });
    else await to.post(body);
  }
}
