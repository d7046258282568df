// `npm run test:matrix [-- --only 22.15.0,24]`: the tests that depend on Node, with each supported Node in turn.
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';

import { nodeBinary } from '../support/node-binary.ts';
import { ROOT } from '../support/workspace.ts';

/** By the name for `--only`. */
const VERSIONS: Readonly<Record<string, string>> = {
  '22.15.0': '22.15.0', // the oldest supported, whose load hooks run in a thread
  '22': '22.23.3',
  '24.0.0': '24.0.0', // has synchronous hooks, without the fix that ours need
  '24': '24.21.0',
  '26': '26.10.0',
};

type Suites = Readonly<Record<string, readonly string[]>>;

/** Suites that start applications on the Node in turn, by the folder that they are in. Their own runs on that of this repository. */
const STARTING: Suites = {
  test: [
    'preload',
    'concurrency',
    'packaging/exports',
    'exporting',
    'faults/backend-faults',
    'faults/endings',
    'faults/bad-calls',
    'faults/secrets',
    'harm/emitters',
    'harm/rejections',
    'harm/programs',
    'harm/upstream-faults',
  ],
};

/** Suites that do in their own process what an application does: they run on the Node in turn themselves. */
const IN_PROCESS: Suites = {
  test: ['contracts/undici', 'contracts/ioredis'],
  'packages/instrumentations': ['src'],
};

const { values } = parseArgs({ options: { only: { type: 'string' } } });
const names = values.only?.split(',') ?? Object.keys(VERSIONS);
const failed: string[] = [];
for (const name of names) if (!(await passes(name))) failed.push(name);
console.log(failed.length === 0 ? `all passed on Node ${names.join(', ')}` : `failed on Node ${failed.join(', ')}`);
process.exitCode = failed.length === 0 ? 0 : 1;

async function passes(name: string): Promise<boolean> {
  const version = VERSIONS[name];
  if (version === undefined) throw new Error(`no Node ${name} in the matrix: ${Object.keys(VERSIONS).join(', ')}`);
  console.log(`\nNode ${version}`);
  const env = { ...process.env, CLEW_TEST_NODE: await nodeBinary(version) };
  const inProcess = runAll(IN_PROCESS, env.CLEW_TEST_NODE, env);
  return runAll(STARTING, process.execPath, env) && inProcess;
}

/** @returns whether all have passed */
function runAll(all: Suites, node: string, env: NodeJS.ProcessEnv): boolean {
  const config = `${ROOT}vitest.config.ts`;
  const statuses = Object.entries(all).map(([folder, suites]) => {
    const args = [`${ROOT}node_modules/vitest/vitest.mjs`, 'run', '--config', config, '--root', '.', ...suites];
    return spawnSync(node, args, { cwd: ROOT + folder, env, stdio: 'inherit' }).status;
  });
  return statuses.every((status) => status === 0);
}
