// What a line costs with the ids of its trace on it, and what it costs to send it over OTLP as well. Each logger is pino 10 in
// a process of its own, under the preload that a user would have; the processes take turns, so that each is compared with
// its neighbour in time.
import { type Backend, startBackend } from './backend.ts';
import { type Candidate, type Case, LINES, loggerCases, ROUNDS } from './logger-cases.ts';
import { type LineCost, type LoggerProcess, startLogger } from './logger-process.ts';
import { machine } from './machine.ts';
import { median } from './median.ts';
import { openTelemetryTransport } from './peers.ts';

const ENV = { OTEL_SERVICE_NAME: 'bench', OTEL_METRICS_EXPORTER: 'none', OTEL_BLRP_SCHEDULE_DELAY: '100' };

/** Runs the benchmark and returns its table in Markdown. */
export async function run(): Promise<string> {
  const cases = loggerCases(await openTelemetryTransport());
  const rows: string[] = [];
  for (const each of cases) rows.push(...(await measure(each)));
  return [
    `${machine()}; medians of ${ROUNDS.quiet} interleaved rounds of ${LINES} lines, of ${ROUNDS.sending} where lines are sent`,
    '',
    '| what | how | ns a line | above the first | × the first | CPU ns a line | sent |',
    '| --- | --- | --: | --: | --: | --: | --: |',
    ...rows,
  ].join('\n');
}

async function measure({ title, round, rounds, warmUpRounds, candidates }: Case): Promise<string[]> {
  await using backend = await startBackend();
  const processes: LoggerProcess[] = [];
  for (const [index, each] of candidates.entries())
    processes.push(await start(each, backend.endpointOf(String(index))));
  const results: LineCost[][] = [];
  for (let n = -warmUpRounds; n < rounds; n++) {
    const costs: LineCost[] = [];
    for (const each of processes) costs.push(await each.write(round));
    if (n >= 0) results.push(costs);
  }
  await Promise.all(processes.map((each) => each.stop()));
  const lines = round.lines * (rounds + warmUpRounds);
  return candidates.map(({ name }, index) => {
    const columns = [title, name, ...figures(results, index), sentShare(backend, String(index), lines)];
    return `| ${columns.join(' | ')} |`;
  });
}

async function start({ name, hasIds = true, ...setup }: Candidate, endpoint: string): Promise<LoggerProcess> {
  const env = { ...ENV, OTEL_LOGS_EXPORTER: 'none', OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, ...setup.env };
  const started = await startLogger({ logger: 'plain', destination: 'devNull', flags: [], ...setup, env });
  const { inSpan, outside } = started.ids;
  // What does less than it should has no place in a comparison of costs.
  if (inSpan !== hasIds || outside) throw new Error(`${name}: ids in a span ${inSpan}, outside ${outside}`);
  return started;
}

function figures(results: readonly LineCost[][], index: number): string[] {
  const pairs = results.map((round) => ({ own: nanosOf(round[index]), first: nanosOf(round[0]) }));
  const isFirst = index === 0;
  return [
    median(pairs.map(({ own }) => own)).toFixed(0),
    isFirst ? '' : median(pairs.map(({ own, first }) => own - first)).toFixed(0),
    isFirst ? '' : median(pairs.map(({ own, first }) => own / first)).toFixed(2),
    median(results.map((round) => round[index]?.cpuNanos ?? Number.NaN)).toFixed(0),
  ];
}

function nanosOf(cost: LineCost | undefined): number {
  return cost?.nanos ?? Number.NaN;
}

/** Which share of the lines has arrived as log records; empty where none was to. */
function sentShare({ recordsOf }: Backend, sender: string, lines: number): string {
  const records = recordsOf(sender);
  return records === 0 ? '' : `${Math.round((100 * records) / lines)} %`;
}
