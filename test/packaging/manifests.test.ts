import { globSync, readFileSync } from 'node:fs';
import { matchesGlob } from 'node:path';

import { rolldown } from 'rolldown';
import { parseSync } from 'rolldown/utils';
import { expect, test } from 'vitest';

import { PACKAGES, ROOT } from '../support/workspace.ts';

const SDK = `${ROOT}packages/sdk/`;
const names = PACKAGES.map(({ folder, manifest }) => [manifest.name, folder, manifest] as const);

/** Statements that change nothing outside their module when it is loaded; what loops there is fills its own tables. */
const DECLARATIONS = /^(?:Import|Export|Variable|Function|Class|For)/;

test.each(names)('%s brings the text of its licence, and is published with its provenance', (_, folder, manifest) => {
  expect(readFileSync(`${folder}LICENSE`, 'utf8')).toBe(readFileSync(`${ROOT}LICENSE`, 'utf8'));
  expect(manifest.publishConfig).toEqual({ access: 'public', provenance: true });
});

test.each(names)('%s names all modules that have side effects', (_, folder, { sideEffects }) => {
  const modules = globSync(['dist/**/*.js', 'bin/*.js'], { cwd: folder });
  const withEffects = modules.filter((path) => {
    const { program } = parseSync(path, readFileSync(folder + path, 'utf8'));
    return program.body.some((statement) => !isDeclaration(statement));
  });

  expect(sideEffects).toBeDefined();
  const named = (path: string) => sideEffects !== false && sideEffects?.some((each) => matchesGlob(`./${path}`, each));
  expect(withEffects.filter((path) => !named(path))).toEqual([]);
});

/** An import for its effects is one itself, and so is a statement that calls something. */
function isDeclaration(statement: { type: string; specifiers?: unknown[]; directive?: unknown }): boolean {
  if (statement.type === 'ImportDeclaration') return statement.specifiers?.length !== 0;
  return DECLARATIONS.test(statement.type) || typeof statement.directive === 'string';
}

test("a bundler keeps the import of the SDK's preload, and drops what nobody uses", async () => {
  const entry = `import '@clew/sdk/register'; import { span } from '@clew/spans'; import { start } from '@clew/sdk';`;
  const path = `${import.meta.dirname}/entry.js`;
  const whenEntry = (id: string, given: string) => (id === path ? given : undefined);
  const given = {
    name: 'given',
    resolveId: (id: string) => whenEntry(id, path),
    load: (id: string) => whenEntry(id, entry),
  };
  const bundle = await rolldown({ input: path, platform: 'node', plugins: [given] });
  const { output } = await bundle.generate();

  const modules = output[0].moduleIds.map((id) => id.replace(ROOT, ''));
  expect(modules).toContain('packages/sdk/dist/register.js');
  expect(modules.filter((id) => id.includes('packages/spans'))).toEqual([]);
});

test('beside the bundles of the SDK stand the licences of all packages that are in them', () => {
  const notices = readFileSync(`${SDK}dist/THIRD-PARTY-NOTICES`, 'utf8');
  const maps = globSync(['*.{c,}js.map', 'instrumentations/*.cjs.map'], { cwd: `${SDK}dist` });
  const bundled = maps.flatMap((file) => {
    const { sources } = JSON.parse(readFileSync(`${SDK}dist/${file}`, 'utf8')) as { sources: string[] };
    return sources.flatMap((source) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(source)?.[1] ?? []);
  });

  const packages = [...new Set(bundled)].toSorted();
  expect(packages).toContain('@opentelemetry/core');
  const told = [...notices.matchAll(/^((?:@[\w-]+\/)?[\w.-]+) [\d.]+\S* \(([^)]+)\)$/gm)];
  expect(told.map(([, name = '']) => name).toSorted()).toEqual(packages);
  expect(new Set(told.map(([, , license]) => license))).toEqual(new Set(['Apache-2.0', 'ISC', 'MIT']));
  expect(notices).toContain('TERMS AND CONDITIONS FOR USE, REPRODUCTION, AND DISTRIBUTION');
});
