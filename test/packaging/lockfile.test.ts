import { readFileSync } from 'node:fs';

import { expect, test } from 'vitest';

import { ROOT } from '../support/workspace.ts';

interface Lockfile {
  readonly packages: Readonly<
    Record<string, { readonly version?: string; readonly resolved?: string; readonly link?: true }>
  >;
}

const { packages } = JSON.parse(readFileSync(`${ROOT}package-lock.json`, 'utf8')) as Lockfile;

// Two copies of one of these are two hooks on `require`, two global APIs or two notions of a span.
const SINGLE = ['api', 'instrumentation', 'core', 'sdk-trace', 'resources', 'sdk-metrics', 'sdk-logs'].map(
  (name) => `@opentelemetry/${name}`,
);

test.each([...SINGLE, 'import-in-the-middle', 'require-in-the-middle'])('the lockfile has one copy of %s', (name) => {
  const copies = Object.keys(packages).filter((path) => path.endsWith(`node_modules/${name}`));

  expect(copies).toEqual([`node_modules/${name}`]);
});

test('no package of OpenTelemetry is there twice', () => {
  const names = Object.keys(packages)
    .filter((path) => path.includes('node_modules/@opentelemetry/'))
    .map((path) => path.slice(path.lastIndexOf('node_modules/')));

  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
});

test('the lockfile names no registry', () => {
  const resolved = Object.values(packages).filter((entry) => !entry.link && entry.resolved?.includes('://'));

  expect(resolved).toEqual([]);
});
