// The CPU time, memory and delay that tracing adds to a request, beside the bare application and beside others. Each contender is
// three servers, and all servers take turns: a slice of requests each, round by round.
import { writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';

import { applyLoad } from './apply-load.ts';
import { barChart, type BarGroup } from './bar-chart.ts';
import { PROCESSES, startServers, turnsOf, type ContenderServers } from './contender-servers.ts';
import { machine } from './machine.ts';
import { median } from './median.ts';
import { type App, selectApps, startNeighbours } from './requests-apps.ts';
import { type Contender, selectContenders } from './requests-contenders.ts';
import { type Figures, figuresOf, medianOfRounds, quantile, type Rounds } from './requests-figures.ts';
import { profileRequests } from './requests-profile.ts';

const CONNECTIONS = 16;
const PATH = '/orders/7';
/** Rounds, after those of warm-up: many and short ones, since pairs have to be neighbours in time. */
const ROUNDS: Rounding = { measured: 15, warmUp: 8 };
const QUICK_ROUNDS: Rounding = { measured: 9, warmUp: 8 };
interface Rounding {
  readonly measured: number;
  readonly warmUp: number;
}

const PROBE_REQUESTS = 50;
const EXPORT_MILLIS = 6000; // a batch of upstream's waits for 5 s
const QUIET_MILLIS = 7000; // there is no event for the last batch

/**
 * Runs the benchmark and returns its table in Markdown, or profiles one contender and returns its hottest functions.
 *
 * @param args `--quick`, `--peers`, `--app B`, `--only clew`, `--chart <file>`, `--rounds 5`, `--profile cpu`
 */
export async function run(args: readonly string[]): Promise<string> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      peers: { type: 'boolean', default: false },
      app: { type: 'string', multiple: true },
      only: { type: 'string', multiple: true, default: [] },
      chart: { type: 'string' },
      profile: { type: 'string' },
      rounds: { type: 'string' },
    },
  });
  const { quick: isQuick, peers: withPeers, only, chart, profile } = values;
  const contenders = selectContenders({ isQuick, withPeers, only });
  const apps = selectApps(values.app ?? (isQuick || profile !== undefined ? ['B'] : []));
  if (profile !== undefined) return profileRequests(profile, apps, contenders);

  const rounds = { ...(isQuick ? QUICK_ROUNDS : ROUNDS), ...(values.rounds && { measured: Number(values.rounds) }) };
  const results: Result[] = [];
  for (const app of apps) results.push(...(await measure({ app, contenders, rounds })));
  if (chart !== undefined)
    writeFileSync(chart, barChart('CPU time added to a request, µs', chartGroups(apps, results)));
  return tableOf(results, rounds);
}

interface Result extends Figures {
  readonly app: App;
  readonly contender: Contender;
  readonly p99Millis: number;
  readonly rssMegabytes: number;
  /** Those made for one request, where that is known. */
  readonly spansOfRequest: number | undefined;
  /** Those that came, over those made. */
  readonly spansSent: number | undefined;
}

/** The servers of one contender, and what they were seen to do. */
interface Entry extends ContenderServers {
  /** Ends the measurement of each server's last slice. */
  readonly closings: (() => Promise<void>)[];
  readonly micros: number[][];
  readonly p99Millis: number[][];
  readonly rssBytes: number[];
}

interface Plan {
  readonly app: App;
  readonly contenders: readonly Contender[];
  readonly rounds: Rounding;
}

async function measure({ app, contenders, rounds }: Plan): Promise<Result[]> {
  await using neighbours = await startNeighbours(app);
  await using opened = new AsyncDisposableStack();
  const entries: Entry[] = [];
  for (const contender of contenders) {
    const started = await startServers(app, contender, neighbours, opened);
    const perServer = () => started.servers.map((): number[] => []);
    entries.push({
      ...started,
      closings: [],
      micros: perServer(),
      p99Millis: perServer(),
      rssBytes: [],
    });
  }
  const spansOfRequest = await probe(entries);
  const before = entries.map(({ receiver }) => receiver.spans());
  for (let round = -rounds.warmUp; round < rounds.measured; round++) {
    await playRound(app, entries, round);
    entries.forEach(({ receiver }) => receiver.spans());
  }
  await untilQuiet(entries);
  for (const { closings } of entries) await Promise.all(closings.map((close) => close()));
  return entries.map((entry, index) =>
    resultOf(app, entry, {
      requests: PROCESSES * (rounds.warmUp + rounds.measured) * app.requests,
      bare: entries[0]?.micros ?? [],
      upstream: entries.find(({ contender }) => contender.name === 'upstream')?.micros,
      spansOfRequest: spansOfRequest.get(entry.contender.sends === 'some' ? 'clew' : entry.contender.name),
      spansBefore: before[index] ?? 0,
    }),
  );
}

/** @returns how many spans each contender makes for a request that has the machine for itself */
async function probe(entries: readonly Entry[]): Promise<Map<string, number>> {
  for (const { servers } of entries) {
    for (const { port } of servers) await applyLoad({ port, path: PATH, requests: PROBE_REQUESTS, connections: 1 });
  }
  await untilQuiet(entries);
  const spans = entries.map(({ contender, receiver, servers }): [string, number] => [
    contender.name,
    Math.round(receiver.spans() / (PROBE_REQUESTS * servers.length)), // a few more are those of connections
  ]);
  return new Map(spans);
}

async function untilQuiet(entries: readonly Entry[]): Promise<void> {
  const requests = () => entries.reduce((sum, { receiver }) => sum + receiver.requests(), 0);
  for (let before = -1; requests() !== before;) {
    before = requests();
    await delay(QUIET_MILLIS);
  }
}

async function playRound(app: App, entries: readonly Entry[], round: number): Promise<void> {
  for (const { entry, n, server } of turnsOf(entries, round)) {
    await entry.closings[n]?.();
    const before = await server.usage();
    const millis = await applyLoad({ port: server.port, path: PATH, requests: app.requests, connections: CONNECTIONS });
    entry.closings[n] = later(async () => {
      const { cpuMicros, rssBytes } = await server.usage();
      entry.rssBytes[n] = rssBytes;
      if (round >= 0) entry.micros[n]?.push((cpuMicros - before.cpuMicros) / app.requests);
    });
    if (round >= 0) entry.p99Millis[n]?.push(quantile(millis, 0.99));
  }
}

/**
 * Does its work when the spans of a slice are exported, or when it is called before that. A server that waits longer for its
 * next turn than any does in life collects garbage meanwhile, which is not to be counted.
 */
function later(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  const once = () => (done ??= work());
  const timer = setTimeout(() => void once(), EXPORT_MILLIS);
  return () => {
    clearTimeout(timer);
    return once();
  };
}

interface Surroundings {
  readonly requests: number;
  readonly bare: Rounds;
  readonly upstream: Rounds | undefined;
  readonly spansOfRequest: number | undefined;
  readonly spansBefore: number;
}

function resultOf(app: App, entry: Entry, surroundings: Surroundings): Result {
  const { contender, receiver } = entry;
  const { requests, bare, upstream, spansOfRequest, spansBefore } = surroundings;
  const spans = receiver.spans() - spansBefore;
  if (spans > 0 !== (contender.sends !== 'nothing'))
    throw new Error(`${app.name}, ${contender.label}: ${spans} spans arrived`);
  return {
    ...figuresOf(entry.micros, bare, upstream),
    app,
    contender,
    p99Millis: median(medianOfRounds(entry.p99Millis)),
    rssMegabytes: median(entry.rssBytes) / 2 ** 20,
    spansOfRequest,
    spansSent: spansOfRequest ? spans / (requests * spansOfRequest) : undefined,
  };
}

function tableOf(results: readonly Result[], { measured }: Rounding): string {
  return [
    `${machine()}; medians of ${measured} interleaved rounds in each of ${PROCESSES} processes`,
    '',
    "| app | contender | CPU µs a request | of its processes | added | × bare | ÷ upstream's added | p99 ms | RSS MB | spans | sent |",
    '| --- | --- | --: | --: | --: | --: | --: | --: | --: | --: | --: |',
    ...results.map((result) => {
      const { app, contender, micros, processes, p99Millis, rssMegabytes } = result;
      const range = processes.map((each) => each.toFixed(0)).join('–');
      const cells = [app.name, contender.label, micros.toFixed(1), range, ...aboveBare(result)];
      return `| ${[...cells, p99Millis.toFixed(1), rssMegabytes.toFixed(0), ...spanCells(result)].join(' | ')} |`;
    }),
  ].join('\n');
}

function aboveBare({ contender, added, timesBare, ofUpstream }: Result): string[] {
  if (contender.name === 'bare') return ['', '', ''];
  return [added.toFixed(1), timesBare.toFixed(2), ofUpstream?.toFixed(2) ?? ''];
}

function spanCells({ contender, spansOfRequest, spansSent }: Result): string[] {
  if (contender.name === 'bare' || spansOfRequest === undefined || spansSent === undefined) return ['', ''];
  return [String(spansOfRequest), `${(100 * spansSent).toFixed(contender.sends === 'some' ? 1 : 0)} %`];
}

function chartGroups(apps: readonly App[], results: readonly Result[]): BarGroup[] {
  return apps.map((app) => {
    const own = results.filter((result) => result.app === app);
    const bare = own.find(({ contender }) => contender.name === 'bare')?.micros ?? Number.NaN;
    return {
      title: `${app.title} (bare: ${bare.toFixed(0)} µs)`,
      bars: own
        .filter(({ contender }) => contender.name !== 'bare')
        .map(({ contender: { label, isOurs }, added, ofUpstream }) => {
          const ratio = ofUpstream === undefined ? '' : `, ${ofUpstream.toFixed(2)} × upstream`;
          return { label, value: added, text: `${added.toFixed(0)} µs${ratio}`, isOurs };
        }),
    };
  });
}
