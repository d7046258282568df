import { join } from 'node:path';

import { runApp } from '@clew/testing';
import { describe, expect, test } from 'vitest';

import { fixture } from '../support/fixture.ts';
import { nodeBinary } from '../support/node-binary.ts';
import { OLD_NODES, OLDEST_NODE } from '../support/old-nodes.ts';
import { typescriptLoadersFolder } from '../support/typescript-loaders.ts';
import { ROOT } from '../support/workspace.ts';

const BY_NAME = ['--require', '@clew/sdk/register'];
const BY_PATH = ['--require', `${ROOT}packages/sdk/dist/register.js`];
const NODES = [
  ['this Node', undefined],
  [`Node ${OLDEST_NODE}`, OLDEST_NODE],
] as const;

const TYPESCRIPT = `
  import { trace } from '@opentelemetry/api';
  enum Status { Created = 201 }
  trace.getTracer('app').startSpan('work').end();
  console.log(Status.Created);
`;
const WEB = {
  'app.mjs': `
    import { once } from 'node:events';
    import express from 'express';
    const app = express();
    app.get('/orders/:id', (request, response) => response.send('ok'));
    const server = app.listen(0);
    await once(server, 'listening');
    await (await fetch('http://localhost:' + server.address().port + '/orders/7')).text();
    server.close();`,
  'app.cjs': `
    const express = require('express');
    const app = express();
    app.get('/orders/:id', (request, response) => response.send('ok'));
    const server = app.listen(0, async () => {
      await (await fetch('http://localhost:' + server.address().port + '/orders/7')).text();
      server.close();
    });`,
};

describe.each(NODES)('with --require on %s', (_name, version) => {
  test.each([
    ['the name', 'app.mjs', BY_NAME],
    ['the name', 'app.cjs', BY_NAME],
    ['the path', 'app.mjs', BY_PATH],
    ['the path', 'app.cjs', BY_PATH],
  ])('by %s, what %s imports or requires is traced', async (_how, file, preload) => {
    using folder = fixture(WEB);
    await using app = await run([...preload, file], folder.path, version);

    const exit = await app.exited;

    expect(exit).toEqual({ code: 0, signal: null });
    expect(withoutWarnings(app.stderr)).toBe('');
    expect(app.spans().map(({ name }) => name)).toContain('GET /orders/:id');
  });

  test.each(['ts-node/register', '@swc-node/register'])('an application under --require %s starts', async (loader) => {
    using folder = fixture({ 'app.ts': TYPESCRIPT, 'tsconfig.json': tsconfig() });
    const modules = join(await typescriptLoadersFolder(), 'node_modules');
    const env = { TS_NODE_COMPILER: join(modules, 'typescript'), TS_NODE_TRANSPILE_ONLY: 'true' };
    const args = [...BY_NAME, '--require', resolved(modules, loader), 'app.ts'];
    await using app = await run(args, folder.path, version, env);

    const exit = await app.exited;

    expect(app.stdout).toBe('201\n');
    expect(exit).toEqual({ code: 0, signal: null });
    expect(app.spans().map(({ name }) => name)).toEqual(['work']);
  });

  test.each([
    ['name', BY_NAME],
    ['path', BY_PATH],
  ])('an application under --import tsx starts, with the preload by its %s', async (_how, preload) => {
    using folder = fixture({ 'app.ts': TYPESCRIPT, 'tsconfig.json': tsconfig() });
    const tsx = join(await typescriptLoadersFolder(), 'node_modules/tsx/dist/loader.mjs');
    await using app = await run([...preload, '--import', tsx, 'app.ts'], folder.path, version);

    const exit = await app.exited;

    expect(app.stdout).toBe('201\n');
    expect(exit).toEqual({ code: 0, signal: null });
    expect(app.spans().map(({ name }) => name)).toEqual(['work']);
  });

  // Node requires the preload in the thread of the hooks too.
  test('an application with hooks of its own in a thread runs, and nothing is traced in that thread', async () => {
    using folder = fixture({
      'hooks.mjs': 'export const resolve = (specifier, context, next) => next(specifier, context);',
      'app.mjs': `
        import { register } from 'node:module';
        import { trace } from '@opentelemetry/api';
        register('./hooks.mjs', import.meta.url);
        await import('./later.mjs');
        trace.getTracer('app').startSpan('work').end();`,
      'later.mjs': 'console.log("later");',
    });
    await using app = await run([...BY_PATH, 'app.mjs'], folder.path, version);

    const exit = await app.exited;

    expect(app.stdout).toBe('later\n');
    expect(exit).toEqual({ code: 0, signal: null });
    expect(app.spans().map(({ name }) => name)).toEqual(['work']);
  });
});

test('--require and --import together are one preload', async () => {
  using folder = fixture(WEB);
  await using app = await run([...BY_NAME, '--import', '@clew/sdk/register', 'app.cjs'], folder.path);

  await app.exited;

  expect(app.stderr).toBe('');
  expect(app.spans().filter(({ name }) => name === 'GET /orders/:id')).toHaveLength(1);
});

test('worker threads of an application under --require are traced', async () => {
  using folder = fixture({
    'app.cjs': `
      const { Worker, isMainThread } = require('node:worker_threads');
      const { trace } = require('@opentelemetry/api');
      trace.getTracer('app').startSpan(isMainThread ? 'main' : 'worker').end();
      if (isMainThread) new Worker(__filename);`,
  });
  await using app = await run([...BY_NAME, 'app.cjs'], folder.path);

  await app.exited;

  expect(new Set(app.spans().map(({ name }) => name))).toEqual(new Set(['main', 'worker']));
});

test.each(OLD_NODES)('on Node %s --require says one line and the application runs untouched', async (version) => {
  using folder = fixture({ 'app.cjs': `console.log('runs'); process.exitCode = 3;` });
  await using app = await run([...BY_NAME, 'app.cjs'], folder.path, version);

  const exit = await app.exited;

  expect(exit).toEqual({ code: 3, signal: null });
  expect(app.stdout).toBe('runs\n');
  expect(withoutWarnings(app.stderr)).toBe(
    `clew: Node ${version} is too old (22.15 or later is needed); nothing is traced\n`,
  );
});

test('where Node was told not to require ES modules, one line says what to do and the application runs', async () => {
  using folder = fixture({ 'app.cjs': `console.log('runs');` });
  await using app = await run(['--no-experimental-require-module', ...BY_NAME, 'app.cjs'], folder.path);

  const exit = await app.exited;

  expect(exit).toEqual({ code: 0, signal: null });
  expect(app.stdout).toBe('runs\n');
  expect(app.stderr).toMatch(
    /^clew: Node \S+ does not require ES modules \(--no-require-module\); use --import @clew\/sdk\/register instead of --require; .*\n$/,
  );
});

test('with --import, where Node was told not to require ES modules, one line says what is missing and the rest is traced', async () => {
  using folder = fixture({
    'package.json': '{ "name": "plain" }',
    'app.mjs': `
      import { trace } from '@opentelemetry/api';
      import { pino } from 'pino';
      trace.getTracer('app').startActiveSpan('work', (span) => span.end());
      pino({ base: null, timestamp: false }).info('runs');`,
  });
  const env = { OTEL_METRICS_EXPORTER: 'otlp', OTEL_LOGS_EXPORTER: 'otlp' };
  await using app = await runApp({ args: ['--no-experimental-require-module', 'app.mjs'], cwd: folder.path, env });

  const exit = await app.exited;

  expect(exit).toEqual({ code: 0, signal: null });
  expect(app.stdout).toBe('{"level":30,"msg":"runs"}\n');
  expect(app.stderr).toMatch(
    /^clew: Node \S+ does not require ES modules \(--no-require-module\), so parts of Clew are missing; .*\n$/,
  );
  expect(app.tree()).toContain('work');
});

async function run(args: readonly string[], cwd: string, version?: string, env: NodeJS.ProcessEnv = {}) {
  const node = version === undefined ? {} : { node: await nodeBinary(version) };
  return runApp({ args, cwd, env, preload: false, ...node });
}

/** The file of a loader, as `--require` in a folder with these modules would find it. */
function resolved(modules: string, loader: string): string {
  return loader === 'ts-node/register'
    ? join(modules, 'ts-node/register/index.js')
    : join(modules, `${loader}/index.js`);
}

function tsconfig(): string {
  return JSON.stringify({
    compilerOptions: { module: 'commonjs', target: 'es2022', esModuleInterop: true, types: [] },
  });
}

/** Without what an older Node says of ES modules that are required from outside of node_modules. */
function withoutWarnings(stderr: string): string {
  return stderr.replaceAll(/^\(node:\d+\) ExperimentalWarning: .*\n|^Support for loading .*\n|^\(Use `node .*\n/gm, '');
}
