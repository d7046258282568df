// `npm run test:matrix [-- --only 22.15.0,24]`: the tests that start applications under the preload, with each supported
// Node in turn. Vitest itself runs on the Node of this repository.
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

/** By the folder that they are in. */
const SUITES: Readonly<Record<string, readonly string[]>> = {
  test: [
    'preload',
    'concurrency',
    'packaging/exports',
    'exporting',
    'faults/backend-faults',
    'faults/endings',
    'faults/bad-calls',
    'faults/secrets',
    'contracts/undici',
  ],
  'packages/instrumentations': ['src/http', 'src/fastify'],
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
  let haveAllPassed = true;
  for (const [folder, suites] of Object.entries(SUITES)) {
    const config = `${ROOT}vitest.config.ts`;
    const { status } = spawnSync('vitest', ['run', '--config', config, '--root', '.', ...suites], {
      cwd: ROOT + folder,
      env,
      stdio: 'inherit',
    });
    haveAllPassed &&= status === 0;
  }
  return haveAllPassed;
}
