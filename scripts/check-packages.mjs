// What a user gets from npm, checked as npm would pack it: publint for the manifest, attw for the types.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';

let failed = false;
for (const name of readdirSync('packages').toSorted()) {
  const directory = `packages/${name}`;
  check('publint', '--strict', directory);
  if (name !== 'cli') check('attw', '--pack', directory, '--profile', 'esm-only', '--quiet');
}
process.exit(failed ? 1 : 0);

function check(command, ...args) {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (status === 0) return;
  failed = true;
  process.stderr.write(`${command} ${args.join(' ')}\n${stdout}${stderr}`);
}
