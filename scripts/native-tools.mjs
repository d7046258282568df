// The tests talk to a real Redis, let protoc decode what we export, and click in a real Chromium. All must be on the
// PATH; on Debian as root they are installed from its packages.
import { spawnSync } from 'node:child_process';

const TOOLS = { 'redis-server': 'redis-server', protoc: 'protobuf-compiler', chromium: 'chromium' };

const missing = Object.keys(TOOLS).filter((tool) => spawnSync(tool, ['--version']).error !== undefined);
if (missing.length > 0) {
  const packages = missing.map((tool) => TOOLS[tool]);
  if (process.getuid?.() !== 0 || spawnSync('apt-get', ['--version']).error !== undefined) {
    say(`the tests need ${missing.join(' and ')} on the PATH (Debian: apt-get install ${packages.join(' ')})`);
    process.exit(1);
  }
  say(`installing ${packages.join(' and ')} with apt-get`);
  apt('update', '-qq');
  apt('install', '-y', '-qq', '--no-install-recommends', ...packages);
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
