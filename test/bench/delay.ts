// How long the event loop of a server is held up while it has half as much to do as it could: each contender in three
// processes, which take turns, all at the same pace.
import { parseArgs } from 'node:util';

import { applyLoad } from './apply-load.ts';
import { PROCESSES, startServers, turnsOf, type ContenderServers } from './contender-servers.ts';
import { machine } from './machine.ts';
import { median } from './median.ts';
import { selectApps, startNeighbours, type App } from './requests-apps.ts';
import { selectContenders, type Contender } from './requests-contenders.ts';
import { medianOfRounds } from './requests-figures.ts';
import type { ServedApp } from './served-app.ts';

const CONNECTIONS = 16;
const PATH = '/orders/7';
const WARM_UP_SLICES = 4;
const ROUNDS = 7;
const SECONDS = 3;

interface Entry extends ContenderServers {
  /** Milliseconds, by process and round. */
  readonly p99: number[][];
}

/**
 * Runs the benchmark and returns its table in Markdown.
 *
 * @param args `--app B`, `--only clew`
 */
export async function run(args: readonly string[]): Promise<string> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      app: { type: 'string', multiple: true, default: ['A', 'B'] },
      only: { type: 'string', multiple: true, default: [] },
    },
  });
  const contenders = selectContenders({ isQuick: true, withPeers: false, only: values.only });
  const tables: string[] = [];
  for (const app of selectApps(values.app)) tables.push(...(await measure(app, contenders)));
  return [
    `${machine()}; medians of ${ROUNDS} interleaved rounds of ${SECONDS} s in each of ${PROCESSES} processes`,
    '',
    '| app | requests/s | contender | event-loop delay p99, ms | × bare |',
    '| --- | --: | --- | --: | --: |',
    ...tables,
  ].join('\n');
}

async function measure(app: App, contenders: readonly Contender[]): Promise<string[]> {
  await using neighbours = await startNeighbours(app);
  await using opened = new AsyncDisposableStack();
  const entries: Entry[] = [];
  for (const contender of contenders) {
    const started = await startServers(app, contender, neighbours, opened);
    entries.push({ ...started, p99: started.servers.map(() => []) });
  }
  for (const { servers } of entries) for (const server of servers) await saturate(app, server, WARM_UP_SLICES);
  const [bare] = entries;
  const perSecond = Math.round((await saturate(app, bare?.servers[0] as ServedApp, 2)) / 2);
  for (let round = 0; round < ROUNDS; round++) await playRound(entries, round, perSecond);
  const ofBare = medianOfRounds(bare?.p99 ?? []);
  return entries.map(({ contender, p99 }) => {
    const own = medianOfRounds(p99);
    const ratio = median(own.map((millis, round) => millis / (ofBare[round] ?? Number.NaN)));
    const last = contender.name === 'bare' ? '' : ratio.toFixed(2);
    return `| ${[app.name, perSecond, contender.label, median(own).toFixed(2), last].join(' | ')} |`;
  });
}

/** @returns requests a second */
async function saturate(app: App, { port }: ServedApp, slices: number): Promise<number> {
  const start = performance.now();
  const requests = slices * app.requests;
  await applyLoad({ port, path: PATH, requests, connections: CONNECTIONS });
  return (requests * 1000) / (performance.now() - start);
}

async function playRound(entries: readonly Entry[], round: number, perSecond: number): Promise<void> {
  for (const { entry, n, server } of turnsOf(entries, round)) {
    await server.ask({ ask: 'delay begins' });
    await applyLoad({
      port: server.port,
      path: PATH,
      requests: perSecond * SECONDS,
      connections: CONNECTIONS,
      perSecond,
    });
    const { p99Nanos } = (await server.ask({ ask: 'delay' })) as { p99Nanos: number };
    entry.p99[n]?.push(p99Nanos / 1e6);
  }
}
