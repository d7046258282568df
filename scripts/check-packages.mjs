// Checks the packages as a user gets them, packed by npm: publint for the manifest, attw for the types.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';

let failed = false;
for (const name of readdirSync('packages').toSorted()) {
  const directory = `packages/${name}`;
  check('publint', '--strict', directory);
  if (name === 'cli') continue;
  check('attw', '--pack', directory, '--profile', profileOf(directory), '--quiet', ...entriesOfPattern(name));
}
process.exit(failed ? 1 : 0);

/** Packages with a CommonJS build must have the right types under `require` too. */
function profileOf(directory) {
  const { main } = JSON.parse(readFileSync(`${directory}/package.json`, 'utf8'));
  return main === undefined ? 'esm-only' : 'node16';
}

/** Names what the pattern of @clew/instrumentations stands for: attw looks into no pattern. */
function entriesOfPattern(name) {
  if (name !== 'instrumentations') return [];
  const folder = `packages/${name}/src`;
  const names = readdirSync(folder).filter((each) => existsSync(`${folder}/${each}/${each}.ts`));
  return ['--include-entrypoints', ...names];
}

function check(command, ...args) {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (status === 0) return;
  failed = true;
  process.stderr.write(`${command} ${args.join(' ')}\n${stdout}${stderr}`);
}
