import { cpSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';

import { runApp } from '@clew/testing';
import { rolldown } from 'rolldown';
import { describe, expect, test } from 'vitest';

import { ONE_SPAN } from '../exporting/run-to-end.ts';
import { fixture, type Fixture } from '../support/fixture.ts';
import { nodeBinary } from '../support/node-binary.ts';
import { OLD_NODES } from '../support/old-nodes.ts';
import { OLDER_API, olderApi } from '../support/older-api.ts';
import { ROOT } from '../support/workspace.ts';

const APP = `
  import http from 'node:http';
  console.log('runs', http.get.name);
  process.exitCode = 3;
`;
const STARTS = `import { start } from '@clew/sdk'; console.log(start().status().state);${APP}`;

test.each(OLD_NODES)('on Node %s a start() in code says one line, and the application runs', async (version) => {
  using folder = fixture({ 'app.mjs': STARTS });
  await using app = await runApp({
    args: ['app.mjs'],
    cwd: folder.path,
    node: await nodeBinary(version),
    preload: false,
  });

  const exit = await app.exited;

  expect(exit).toEqual({ code: 3, signal: null });
  expect(app.stdout).toBe('unsupported\nruns get\n');
  expect(app.stderr).toBe(`clew: Node ${version} is too old (22.15 or later is needed); nothing is traced\n`);
});

describe.each([
  ['is missing', undefined, 'is missing; install it'],
  [`is ${OLDER_API}`, OLDER_API, 'is too old (1.10 or later is needed); install it'],
])('where @opentelemetry/api %s', (_, version, told) => {
  const line = `clew: @opentelemetry/api ${told}: npm install @opentelemetry/api@1.10; nothing is traced\n`;

  test.each([
    ['--import', 'app.mjs'],
    ['--require', 'app.cjs'],
  ])('the preload by %s says one line, and the application runs', async (flag, file) => {
    using folder = await sdkAlone(version);
    folder.write('app.mjs', APP);
    folder.write(
      'app.cjs',
      `const http = require('node:http'); console.log('runs', http.get.name); process.exitCode = 3;`,
    );
    const register = join(folder.path, 'node_modules/@clew/sdk/dist/register.js');
    await using app = await runApp({ args: [flag, register, file], cwd: folder.path, preload: false });

    expect(await app.exited).toEqual({ code: 3, signal: null });
    expect([app.stdout, app.stderr]).toEqual(['runs get\n', line]);
  });

  test('a start() in code says one line, and the application runs', async () => {
    using folder = await sdkAlone(version);
    folder.write('app.mjs', STARTS);
    await using app = await runApp({ args: ['app.mjs'], cwd: folder.path, preload: false });

    expect(await app.exited).toEqual({ code: 3, signal: null });
    expect([app.stdout, app.stderr]).toEqual(['unsupported\nruns get\n', line]);
  });
});

test('a start() that was bundled without the files beside it says how to keep it out, and the application runs', async () => {
  using folder = fixture({ 'app.mjs': STARTS });
  const bundle = await rolldown({ input: join(folder.path, 'app.mjs'), platform: 'node', logLevel: 'silent' });
  await bundle.write({ file: join(folder.path, 'out/bundle.mjs'), format: 'esm' });
  await using app = await runApp({ args: ['out/bundle.mjs'], cwd: folder.path, preload: false });

  expect(await app.exited).toEqual({ code: 3, signal: null });
  expect(app.stdout).toBe('unsupported\nruns get\n');
  expect(app.stderr).toBe(
    'clew: @clew/sdk was bundled without its other files; keep it out of the bundle, ' +
      "for example by external: ['@clew/sdk']; nothing is traced\n",
  );
});

test('a minified bundle of the SDK does not take itself for another one', async () => {
  using folder = fixture({
    'app.cjs': `
      const { start } = require(${JSON.stringify(`${ROOT}packages/sdk/dist/preload.cjs`)});
      const { trace } = require('@opentelemetry/api');
      console.log(start().status().state);
      trace.getTracer('app').startSpan('work').end();`,
  });
  const external = [/^node:/, '@opentelemetry/instrumentation', 'import-in-the-middle', 'require-in-the-middle'];
  const bundle = await rolldown({
    input: join(folder.path, 'app.cjs'),
    platform: 'node',
    external,
    logLevel: 'silent',
  });
  await bundle.write({ file: join(folder.path, 'out.cjs'), format: 'cjs', minify: true });
  await using app = await runApp({ args: ['out.cjs'], cwd: folder.path, preload: false });

  expect(await app.exited).toEqual({ code: 0, signal: null });
  expect([app.stdout, app.stderr]).toEqual(['running\n', '']);
  expect(app.spans().map(({ name }) => name)).toEqual(['work']);
});

/** A folder in which the SDK is installed with the given version of the API and without all else. */
async function sdkAlone(apiVersion: string | undefined): Promise<Fixture> {
  const folder = fixture();
  rmSync(join(folder.path, 'node_modules')); // the link to those of this repository, where the API is
  const modules = join(folder.path, 'node_modules');
  mkdirSync(join(modules, '@clew/sdk'), { recursive: true });
  for (const name of ['dist', 'package.json']) {
    cpSync(`${ROOT}packages/sdk/${name}`, join(modules, '@clew/sdk', name), { recursive: true });
  }
  if (apiVersion !== undefined) {
    const installed = await olderApi(apiVersion);
    symlinkSync(join(installed, 'node_modules/@opentelemetry'), join(modules, '@opentelemetry'));
  }
  return folder;
}

test('variables that Node reads from a file configure the preload', async () => {
  using folder = fixture({
    'app.mjs': ONE_SPAN,
    '.env': 'OTEL_RESOURCE_ATTRIBUTES=deployment.environment.name=of-file\n',
  });
  await using app = await runApp({ args: ['--env-file=.env', 'app.mjs'], cwd: folder.path });

  expect(await app.exited).toEqual({ code: 0, signal: null });
  expect(app.spans()[0]?.resource.attributes).toMatchObject({ 'deployment.environment.name': 'of-file' });
});

test.each([
  ['process.exit()', 'process.exit(3);', 3],
  ['a crash', `throw new Error('the application failed');`, 1],
])(
  'under --permission without workers, what %s leaves behind is told, and the application ends as it would',
  async (_, end, code) => {
    using folder = fixture({ 'app.mjs': ONE_SPAN + end });
    const read = [folder.path, ROOT].map((path) => `--allow-fs-read=${path}`);
    await using app = await runApp({ args: ['--permission', ...read, 'app.mjs'], cwd: folder.path });

    expect(await app.exited).toEqual({ code, signal: null });
    expect(app.stdout).toBe('app runs on\n');
    expect(app.stderr).toMatch(
      /^clew: the last delivery failed: .*(?:--allow-worker|Access to this API has been restricted)/m,
    );
    expect(app.stderr).toMatch(/^clew: 1 span was dropped: the process ended/m);
  },
);
