import { execFileSync } from 'node:child_process';
import { globSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { npmEnvironment } from '../../scripts/npm-environment.mjs';
import { INSTALL_MILLIS, runPackageManager } from '../support/run-package-manager.ts';
import { packageManagers } from '../support/package-managers.ts';
import { PACKAGES, ROOT, type Manifest } from '../support/workspace.ts';
import { firstProgram, runFirstProgram } from './first-program.ts';

const home = realpathSync(mkdtempSync(join(tmpdir(), 'clew-packed-')));
const { devDependencies } = JSON.parse(readFileSync(`${ROOT}test/package.json`, 'utf8')) as Manifest;

/** Tarballs by the name of their package, as specifiers. */
const tarballs: Record<string, string> = {};

/** Fields for the manifest, and the command that installs it. */
interface PackageManager {
  readonly manifest: object;
  /** Runs the program with these arguments. */
  readonly install: readonly [program: string, ...args: string[]];
  readonly env?: NodeJS.ProcessEnv;
}

const MANAGERS: Readonly<Record<string, () => Promise<PackageManager>>> = {
  npm: async () => ({
    manifest: { overrides: tarballs },
    install: ['npm', 'install', '--prefer-offline', '--loglevel=error'],
  }),
  async pnpm() {
    const { pnpm } = await packageManagers();
    const ownPeers = '--config.auto-install-peers=false';
    const args = ['install', '--prefer-offline', ownPeers, '--store-dir', join(home, 'store'), ...registryOfNpm()];
    return { manifest: { pnpm: { overrides: tarballs } }, install: [process.execPath, pnpm, ...args], env: trust() };
  },
  async yarn() {
    // On our Node, not the system's: yarn refuses packages whose `engines` ask for a newer one.
    // With a cache of its own: it takes a tarball for the one of the same name and version that it has met before. Its own
    // registry is a mirror that not every network reaches.
    const { yarn } = await packageManagers();
    const cache = ['--cache-folder', join(home, 'yarn-cache')];
    const args = ['install', '--non-interactive', ...registryOfNpm(), ...cache];
    return { manifest: { resolutions: tarballs }, install: [process.execPath, yarn, ...args], env: trust() };
  },
};

const registryOfNpm = () => ['--registry', configOfNpm('registry')];

/** Certificates that the user's npm trusts: on our Node neither pnpm nor yarn finds npm's global configuration. */
function trust(): NodeJS.ProcessEnv {
  const file = configOfNpm('cafile');
  return file === 'null' ? {} : { NODE_EXTRA_CA_CERTS: file };
}

function configOfNpm(name: string): string {
  const command = ['config', 'get', name];
  return execFileSync('npm', command, { cwd: home, env: npmEnvironment(), encoding: 'utf8' }).trim();
}

beforeAll(async () => {
  const folder = join(home, 'packed');
  mkdirSync(folder);
  const folders = PACKAGES.map((each) => each.folder);
  await runPackageManager(ROOT, ['npm', 'pack', '--loglevel=error', '--pack-destination', folder, ...folders]);
  for (const { manifest } of PACKAGES) {
    const file = `${manifest.name.replace('@', '').replace('/', '-')}-${manifest.version}.tgz`;
    tarballs[manifest.name] = `file:${join(folder, file)}`;
  }
}, INSTALL_MILLIS);

afterAll(() => rm(home, { recursive: true, force: true }), INSTALL_MILLIS);

test('every tarball has the licence, both builds, and no test', () => {
  for (const [name, specifier] of Object.entries(tarballs)) {
    const files = execFileSync('tar', ['-tzf', specifier.slice('file:'.length)], { encoding: 'utf8' }).split('\n');

    expect(files).toEqual(expect.arrayContaining(['package/LICENSE', 'package/README.md', 'package/package.json']));
    expect(files.filter((file) => /\.test\.|tsbuildinfo/.test(file))).toEqual([]);
    const { manifest } = PACKAGES.find((each) => each.manifest.name === name)!;
    const entries = [manifest.main ?? [], manifest.types ?? []].flat().map((path) => path.replace('./', 'package/'));
    expect(files).toEqual(expect.arrayContaining(entries));
    if (name === '@clew/sdk') expect(files).toContain('package/dist/THIRD-PARTY-NOTICES');
  }
});

describe.each(Object.keys(MANAGERS))('in an empty folder, installed from the tarballs with %s,', (name) => {
  const folder = join(home, name);

  beforeAll(async () => {
    const { installed, program } = await firstProgram();
    const { manifest, install, env } = await MANAGERS[name]!();
    mkdirSync(folder);
    const dependencies = Object.fromEntries(installed.map((each) => [each, tarballs[each] ?? devDependencies?.[each]]));
    writeFileSync(
      join(folder, 'package.json'),
      JSON.stringify({ name: 'shop', private: true, dependencies, ...manifest }),
    );
    writeFileSync(join(folder, 'app.mjs'), program);
    await runPackageManager(folder, install, env);
  }, INSTALL_MILLIS);

  test('the first program of the README prints what the README says', async () => {
    const { args, stdout, stderr } = await firstProgram();
    const manifest = JSON.parse(readFileSync(join(folder, 'node_modules/@clew/cli/package.json'), 'utf8')) as {
      bin: { clew: string };
    };
    const clew = join(folder, 'node_modules/@clew/cli', manifest.bin.clew);

    expect(await runFirstProgram(clew, args, folder)).toEqual({ stdout, stderr });
  });

  test('there is one copy of each of our packages, and of the API', () => {
    const ours = '{@clew/*,@opentelemetry/api}/package.json';
    const copies = globSync([`node_modules/**/${ours}`, `node_modules/.pnpm/*/node_modules/${ours}`], { cwd: folder });
    const places = copies.map((path) => realpathSync(join(folder, path)));

    const names = [...new Set(places)].map((path) => basename(join(path, '..')));
    expect(names.filter((each, index) => names.indexOf(each) !== index)).toEqual([]);
    expect(names).toEqual(expect.arrayContaining(['cli', 'sdk', 'viewer', 'api']));
  });
});
