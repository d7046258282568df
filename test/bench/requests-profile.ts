import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { ROOT } from '../support/workspace.ts';
import { applyLoad } from './apply-load.ts';
import { hotFunctions, hotPackages } from './hot-functions.ts';
import { type App, startNeighbours } from './requests-apps.ts';
import type { Contender } from './requests-contenders.ts';
import { startServedApp } from './served-app.ts';
import { startSpanReceiver } from './span-receiver.ts';

interface Kind {
  readonly extension: string;
  readonly unit: string;
  /** True where the numbers are those of one request, false where of the process. */
  readonly isPerRequest: boolean;
}

const KINDS: Readonly<Record<string, Kind>> = {
  cpu: { extension: 'cpuprofile', unit: 'µs a request', isPerRequest: true },
  heap: { extension: 'heapprofile', unit: 'bytes that live', isPerRequest: false },
  alloc: { extension: 'heapprofile', unit: 'bytes a request', isPerRequest: true },
};

const FOLDER = join(ROOT, 'test/.cache/profiles');
const FUNCTIONS = 40;
const WARM_UP_SLICES = 6;
const SLICES = 10;

/** Writes a profile of each contender (all but the bare one, unless it is alone), and returns their hottest functions. */
export async function profileRequests(
  kindName: string,
  apps: readonly App[],
  contenders: readonly Contender[],
): Promise<string> {
  const kind = KINDS[kindName];
  if (kind === undefined)
    throw new Error(`there is no profile ${kindName}; there are ${Object.keys(KINDS).join(', ')}`);
  const chosen = contenders.length > 1 ? contenders.filter(({ name }) => name !== 'bare') : contenders;
  const texts: string[] = [];
  for (const app of apps) {
    for (const contender of chosen) {
      const file = join(FOLDER, `${app.name}-${contender.name}-${kindName}.${kind.extension}`);
      await writeProfile(file, { kindName, app, contender });
      texts.push(`## ${contender.label}, ${app.title}`, '', file, '', ...summaryOf(file, kind, app));
    }
  }
  return texts.join('\n');
}

interface Subject {
  readonly kindName: string;
  readonly app: App;
  readonly contender: Contender;
}

async function writeProfile(file: string, { kindName, app, contender }: Subject): Promise<void> {
  mkdirSync(FOLDER, { recursive: true });
  await using neighbours = await startNeighbours(app);
  await using receiver = await startSpanReceiver();
  const { flags, env } = await contender.command(receiver.port);
  const server = await startServedApp({
    script: 'requests-app.cjs',
    args: [app.name],
    flags: ['--require', './fixtures/profile-session.cjs', ...flags],
    env: { ...neighbours.env, ...env, BENCH_PROFILE: kindName },
  });
  try {
    const load = { port: server.port, path: '/orders/7', requests: app.requests, connections: 16 };
    for (let slice = 0; slice < WARM_UP_SLICES; slice++) await applyLoad(load);
    await server.ask({ profile: 'begin' });
    for (let slice = 0; slice < SLICES; slice++) await applyLoad(load);
    await server.ask({ profile: 'end', file });
  } finally {
    await server.stop();
  }
}

function summaryOf(file: string, { unit, isPerRequest }: Kind, app: App): string[] {
  const functions = hotFunctions(JSON.parse(readFileSync(file, 'utf8')));
  const total = functions.reduce((sum, { value }) => sum + value, 0);
  const cells = (value: number) => {
    const number = isPerRequest ? value / (SLICES * app.requests) : value;
    return `${number.toFixed(isPerRequest ? 2 : 0)} | ${((100 * value) / total).toFixed(1)}`;
  };
  return [
    `| package | ${unit} | % |`,
    '| --- | --: | --: |',
    ...hotPackages(functions).map((each) => `| ${each.package} | ${cells(each.value)} |`),
    '',
    `| package | function | place | ${unit} | % |`,
    '| --- | --- | --- | --: | --: |',
    ...functions
      .slice(0, FUNCTIONS)
      .map((each) => `| ${each.package} | ${each.name} | ${each.place} | ${cells(each.value)} |`),
    '',
  ];
}
