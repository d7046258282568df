// The tests talk to real servers, let protoc decode what we export, and click in a real Chromium. What they need must be
// on the PATH; on Debian as root it is installed from its packages. `native-tools.mjs slow` looks after the slow tests.
import { spawnSync } from 'node:child_process';

import { isInstalled, serviceVariable, TOOLS } from './tools.mjs';

const isSlow = process.argv[2] === 'slow';

const missing = TOOLS.filter((tool) => isSlow || !tool.slow)
  .filter((tool) => !isGiven(tool))
  .filter((tool) => !isInstalled(tool));
if (missing.length > 0) {
  const packages = [...new Set(missing.map(({ debian }) => debian))];
  if (process.getuid?.() !== 0 || spawnSync('apt-get', ['--version']).error !== undefined) {
    const programs = missing.map(({ program }) => program);
    say(`the tests need ${programs.join(' and ')} on the PATH (Debian: apt-get install ${packages.join(' ')})`);
    // Tests of services that cannot be started are skipped, but not in CI.
    if (process.env.CI || missing.some(({ services }) => services === undefined)) process.exit(1);
  } else {
    say(`installing ${packages.join(' and ')} with apt-get`);
    apt('update', '-qq');
    apt('install', '-y', '-qq', '--no-install-recommends', ...packages);
  }
}

function isGiven({ services }) {
  return services?.every((service) => process.env[serviceVariable(service)]) ?? false;
}

function apt(...args) {
  // Packages of servers would start them as services; the tests start their own.
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  const { status } = spawnSync('apt-get', args, { env, stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) process.exit(status ?? 1);
}

function say(message) {
  process.stderr.write(`clew repo: ${message}\n`);
}
