// What a preload costs before the application's first line: CPU time of the whole process, which neighbours on the same
// machine disturb less than wall time. Exporters are set and nothing is exported; nobody detects anything remote.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import { machine } from './machine.ts';
import { median } from './median.ts';

const ROUNDS = 11;

const PRELOADS: Readonly<Record<string, readonly string[]>> = {
  'bare Node': [],
  Clew: ['--import', '@clew/sdk/register'],
  "upstream's register": ['--import', '@opentelemetry/auto-instrumentations-node/register'],
  'upstream, with its hook for ES modules': [
    '--import',
    './fixtures/upstream-hook.mjs',
    '--import',
    '@opentelemetry/auto-instrumentations-node/register',
  ],
};

const APPS: Readonly<Record<string, string>> = {
  'empty app': 'fixtures/empty.mjs',
  'gateway, CommonJS': 'fixtures/gateway.cjs',
  'gateway, ES module': 'fixtures/gateway.mjs',
};

const ENV = {
  ...process.env,
  NODE_OPTIONS: '',
  OTEL_METRICS_EXPORTER: 'none',
  OTEL_LOGS_EXPORTER: 'none',
  OTEL_NODE_RESOURCE_DETECTORS: 'none',
  OTEL_SERVICE_NAME: 'bench',
};

/** Runs the benchmark and returns its table in Markdown. */
export async function run(): Promise<string> {
  const rows: string[] = [];
  for (const [app, file] of Object.entries(APPS)) rows.push(...(await measure(app, file)));
  return [
    `${machine()}; median of ${ROUNDS} interleaved runs`,
    '',
    '| app | preload | CPU ms | above bare Node |',
    '| --- | --- | --: | --: |',
    ...rows,
  ].join('\n');
}

async function measure(app: string, file: string): Promise<string[]> {
  const samples = new Map<string, number[]>(Object.keys(PRELOADS).map((name) => [name, []]));
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [name, flags] of Object.entries(PRELOADS)) {
      const millis = await cpuMillis([...flags, file]);
      if (round > 0) samples.get(name)?.push(millis); // the first round warms the file cache
    }
  }
  const bare = median(samples.get('bare Node') ?? []);
  return [...samples].map(([name, values]) => {
    const value = median(values);
    return `| ${app} | ${name} | ${value.toFixed(0)} | ${name === 'bare Node' ? '' : (value - bare).toFixed(0)} |`;
  });
}

/** User and system time of a Node process, as the shell that waits for it was told by the kernel. */
async function cpuMillis(args: readonly string[]): Promise<number> {
  const script = 'TIMEFORMAT="%3U %3S"; time "$0" "$@" >/dev/null 2>&1';
  const child = spawn('bash', ['-c', script, process.execPath, ...args], {
    cwd: fileURLToPath(new URL('.', import.meta.url)),
    env: ENV,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let text = '';
  for await (const chunk of child.stderr) text += String(chunk);
  const [user = Number.NaN, system = Number.NaN] = text.trim().split(/\s+/).map(Number);
  if (Number.isNaN(user + system)) throw new Error(`no times in what the shell printed: ${text}`);
  return (user + system) * 1000;
}
