import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { describe, expect, test } from 'vitest';

import { fixture } from '../support/fixture.ts';
import { TYPESCRIPT_VERSIONS, typescriptCompiler } from '../support/typescript-compilers.ts';

const PROGRAM = readFileSync(join(import.meta.dirname, 'fixtures/every-import.ts'), 'utf8');

interface Project {
  readonly compilerOptions: object;
  readonly files: readonly string[];
  /** Compilers that have such projects. */
  readonly versions: readonly string[];
}

const PROJECTS: Readonly<Record<string, Project>> = {
  'ES modules and CommonJS of Node': {
    compilerOptions: { module: 'nodenext' },
    files: ['every-import.mts', 'every-import.cts'],
    versions: TYPESCRIPT_VERSIONS,
  },
  // The default of `module: commonjs` up to TypeScript 5: the resolution that knows no exports maps.
  'CommonJS with the older resolution': {
    compilerOptions: { module: 'commonjs', moduleResolution: 'node10' },
    files: ['every-import.ts'],
    versions: TYPESCRIPT_VERSIONS.filter((version) => !version.startsWith('7')),
  },
  'CommonJS with the newer resolution': {
    compilerOptions: { module: 'commonjs', moduleResolution: 'bundler' },
    files: ['every-import.ts'],
    versions: TYPESCRIPT_VERSIONS.filter((version) => !version.startsWith('5')),
  },
  'a bundler': {
    compilerOptions: { module: 'esnext', moduleResolution: 'bundler' },
    files: ['every-import.ts'],
    versions: TYPESCRIPT_VERSIONS,
  },
};

describe.each(TYPESCRIPT_VERSIONS)('TypeScript %s', (version) => {
  const projects = Object.entries(PROJECTS).filter(([, { versions }]) => versions.includes(version));

  test.each(projects)('compiles every import, with its types, in a project for %s', async (_, project) => {
    const compilerOptions = {
      target: 'es2022',
      lib: ['es2022'],
      types: ['node'],
      strict: true,
      noEmit: true,
      skipLibCheck: true,
      ...(version.startsWith('6') && { ignoreDeprecations: '6.0' }),
      ...project.compilerOptions,
    };
    using folder = fixture({
      'package.json': '{}',
      'tsconfig.json': JSON.stringify({ compilerOptions, files: project.files }),
    });
    for (const file of project.files) folder.write(file, PROGRAM);

    expect(await compile(await typescriptCompiler(version), folder.path)).toBe('');
  });
});

/** Returns the complaints of the compiler. */
async function compile(tsc: string, folder: string): Promise<string> {
  const run = promisify(execFile)(process.execPath, [tsc, '-p', folder], { cwd: folder });
  return run.then(
    ({ stdout }) => stdout,
    ({ stdout }: { stdout: string }) => stdout,
  );
}
