// How long the export holds up the event loop, while a process makes many spans.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

import { startSpanReceiver } from './span-receiver.ts';
import { machine } from './machine.ts';

/** What a process is to do. */
export interface ExportLoad {
  readonly spansPerSecond: number;
  readonly seconds: number;
  readonly batchSize: number;
  readonly exports: boolean;
  readonly endpoint: string;
}

/** What it says in the end. */
export interface ExportFigures {
  readonly spansPerSecond: number;
  /** Milliseconds of each callback of a timer of the export. */
  readonly turns: readonly number[];
  /** Milliseconds in which each request was put together. */
  readonly requests: readonly number[];
  readonly loopP99Millis: number;
  readonly sent: number;
}

const SPANS_PER_SECOND = 50_000;
const SECONDS = 10;
const SCRIPT = fileURLToPath(new URL('./fixtures/export-process.ts', import.meta.url));

const CASES: Readonly<Record<string, Pick<ExportLoad, 'batchSize' | 'exports'>>> = {
  'no export': { batchSize: 512, exports: false },
  'batches of 512, the default': { batchSize: 512, exports: true },
  'batches of 8,192': { batchSize: 8192, exports: true },
  'batches of 65,536': { batchSize: 65_536, exports: true },
};

/** Runs the benchmark and returns its table in Markdown. */
export async function run(): Promise<string> {
  const rows: string[] = [];
  for (const [title, each] of Object.entries(CASES)) rows.push(row(title, await measure(each)));
  return [
    `${machine()}; ${SPANS_PER_SECOND} spans/s asked for, for ${SECONDS} s`,
    '',
    '| export | spans/s | sent | requests | a request, ms: median, p99, most | a turn, ms: p99, most | loop p99, ms |',
    '| --- | --: | --: | --: | --: | --: | --: |',
    ...rows,
  ].join('\n');
}

async function measure(each: Pick<ExportLoad, 'batchSize' | 'exports'>): Promise<ExportFigures> {
  await using receiver = await startSpanReceiver();
  const endpoint = `http://127.0.0.1:${receiver.port}`;
  const load: ExportLoad = { ...each, endpoint, spansPerSecond: SPANS_PER_SECOND, seconds: SECONDS };
  const child = fork(SCRIPT, [JSON.stringify(load)], { execArgv: ['--no-warnings'], env: {} });
  const ended = once(child, 'exit').then(() => undefined);
  const said = await Promise.race([once(child, 'message') as Promise<[ExportFigures]>, ended]);
  if (said === undefined) throw new Error('the process ended without its figures');
  return said[0];
}

function row(title: string, { spansPerSecond, turns, requests, loopP99Millis, sent }: ExportFigures): string {
  const cells = [
    title,
    spansPerSecond.toFixed(0),
    sent,
    requests.length,
    `${at(requests, 0.5)}, ${at(requests, 0.99)}, ${at(requests, 1)}`,
    `${at(turns, 0.99)}, ${at(turns, 1)}`,
    loopP99Millis.toFixed(1),
  ];
  return `| ${cells.join(' | ')} |`;
}

function at(values: readonly number[], share: number): string {
  const sorted = values.toSorted((a, b) => a - b);
  return (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(1);
}
