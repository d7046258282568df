import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { fixture, type Fixture } from '../support/fixture.ts';
import { TYPESCRIPT_VERSIONS, typescriptCompiler } from '../support/typescript-compilers.ts';
import { typescriptLoadersFolder } from '../support/typescript-loaders.ts';

const PROGRAM = readFileSync(join(import.meta.dirname, 'fixtures/decorated.ts'), 'utf8');

/** Writes `decorated.cjs` into the folder in which `decorated.cts` stands. */
type Compiler = (folder: Fixture, experimentalDecorators: boolean) => Promise<void>;

const COMPILERS: Readonly<Record<string, Compiler>> = {
  ...Object.fromEntries(TYPESCRIPT_VERSIONS.map((version) => [`tsc ${version}`, typescript(version)])),
  async swc(folder, isOlder) {
    const { transformSync } = await transpiler('@swc/core');
    const transform = isOlder ? { legacyDecorator: true } : { decoratorVersion: '2022-03' };
    const parser = { syntax: 'typescript', decorators: true };
    const { code } = transformSync(PROGRAM, { jsc: { parser, transform }, module: { type: 'commonjs' } });
    folder.write('decorated.cjs', code);
  },
  async esbuild(folder, isOlder) {
    const { transformSync } = await transpiler('esbuild');
    const tsconfigRaw = { compilerOptions: { experimentalDecorators: isOlder } };
    const options = { loader: 'ts', format: 'cjs', platform: 'node', target: 'node22', tsconfigRaw };
    folder.write('decorated.cjs', transformSync(PROGRAM, options).code);
  },
};

const cases = Object.keys(COMPILERS).flatMap((name) => [
  [name, 'standard', false] as const,
  [name, 'older', true] as const,
]);

test.each(cases)('%s gives methods their spans, with the %s form of decorators', async (name, _, isOlder) => {
  using folder = fixture({ 'decorated.cts': PROGRAM });
  await COMPILERS[name]?.(folder, isOlder);

  const { stdout, stderr } = spawnSync(process.execPath, ['decorated.cjs'], { cwd: folder.path, encoding: 'utf8' });

  expect(stderr).toBe('');
  expect(stdout).toBe('100 EUR from visa\n1,2\ncharge 2\nvisa\npayment.charge\n  feeOf\nreceipts\n');
});

function typescript(version: string): Compiler {
  return async (folder, experimentalDecorators) => {
    const compilerOptions = {
      target: 'es2022',
      module: 'nodenext',
      types: ['node'],
      strict: true,
      skipLibCheck: true,
      experimentalDecorators,
    };
    folder.write('tsconfig.json', JSON.stringify({ compilerOptions, files: ['decorated.cts'] }));
    execFileSync(process.execPath, [await typescriptCompiler(version), '-p', folder.path], { stdio: 'inherit' });
  };
}

/** A tool that removes types without checking them; tsx brings esbuild. */
interface Transpiler {
  transformSync(code: string, options: object): { readonly code: string };
}

async function transpiler(name: string): Promise<Transpiler> {
  return createRequire(`${await typescriptLoadersFolder()}/`)(name) as Transpiler;
}
