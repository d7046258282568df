// Entry to every root script: `node scripts/bootstrap.mjs <task> [arguments]`. It needs npm and any Node from
// 20 on: it installs when node_modules is missing or older than the lockfile, makes sure that the Node which
// package.json brings is there, builds, and runs the task on that Node.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { npmEnvironment } from './npm-environment.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const bin = join(root, 'node_modules', '.bin');
const { devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

const BUILD = ['turbo', 'run', 'build', '--output-logs=errors-only'];
const TASKS = {
  build: [BUILD],
  demo: [BUILD, ['node', 'examples/checkout/demo.ts']],
  test: [
    BUILD,
    ['node', 'scripts/native-tools.mjs'],
    ['node', 'test/support/prepare.ts'],
    ['turbo', 'run', 'test', '--output-logs=new-only', '--concurrency=2'],
  ],
  'test:slow': [
    BUILD,
    ['node', 'scripts/native-tools.mjs', 'slow'],
    ['node', 'test/support/prepare-slow.ts'],
    ['turbo', 'run', 'test:slow', '--output-logs=new-only'],
  ],
  lint: [BUILD, ['oxlint', '--type-aware', '--deny-warnings']],
  format: [['oxfmt']],
  check: [
    BUILD,
    ['oxfmt', '--check'],
    ['oxlint', '--type-aware', '--deny-warnings'],
    ['tsc', '-p', 'tsconfig.json'],
    ['tsc', '-p', 'packages/viewer/page'],
    ['knip'],
    ['node', 'scripts/check-packages.mjs'],
  ],
  bench: [BUILD, ['node', 'test/bench/run.ts']],
  'test:matrix': [BUILD, ['node', 'test/matrix/run.ts']],
  'test:peers': [BUILD, ['node', 'test/peers/run.ts']],
};

// Ctrl-C reaches the whole process group: the task ends in its own way, and this process after it.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {});

const [task = '', ...args] = process.argv.slice(2);
const commands = TASKS[task];
if (commands === undefined) fail(`there is no task ${task}; the tasks are ${Object.keys(TASKS).join(', ')}`);
await install();
await checkNode();
for (const [index, command] of commands.entries()) {
  await run(...command, ...(index === commands.length - 1 ? args : []));
}

async function install() {
  const lockfile = join(root, 'package-lock.json');
  const installed = join(root, 'node_modules', '.package-lock.json');
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(lockfile).mtimeMs) return;
  say('installing dependencies with npm ci; this takes about half a minute');
  await run('npm', 'ci', '--no-fund', '--no-audit', '--loglevel=error');
}

/** Without its install script, the `node` package leaves the system's Node in charge and says nothing. */
async function checkNode() {
  if (nodeVersion() === devDependencies.node) return;
  say(`fetching Node ${devDependencies.node}`);
  await run('npm', 'rebuild', 'node', '--loglevel=error');
  if (nodeVersion() !== devDependencies.node) {
    fail(`node_modules/.bin/node is ${nodeVersion()}, not ${devDependencies.node}; were install scripts switched off?`);
  }
}

function nodeVersion() {
  const { stdout } = spawnSync(join(bin, 'node'), ['-p', 'process.versions.node'], { encoding: 'utf8' });
  return stdout?.trim();
}

async function run(command, ...commandArgs) {
  if (command === 'turbo' && commandArgs.includes('build')) say('building the packages');
  const ownEnv = { PATH: bin + delimiter + process.env.PATH, TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1' };
  const env = command === 'npm' ? npmEnvironment() : { ...process.env, ...ownEnv };
  const child = spawn(command, commandArgs, { cwd: root, env, stdio: 'inherit' });
  const [status] = await once(child, 'exit').catch((error) =>
    fail(`${command} could not be started: ${error.message}`),
  );
  if (status !== 0) process.exit(status ?? 1);
}

function say(message) {
  process.stderr.write(`clew repo: ${message}\n`);
}

function fail(message) {
  say(message);
  process.exit(1);
}
