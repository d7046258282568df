import { cpSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';

import { runApp } from '@clew/testing';
import { expect, test } from 'vitest';

import { fixture } from '../support/fixture.ts';

/** A server that is asked once and closes; `get` is how it was loaded. */
const ASKS_ITSELF = `
  const server = createServer((request, response) => response.end('hi')).listen(0, '127.0.0.1', () => {
    get('http://127.0.0.1:' + server.address().port, (response) => response.resume().on('end', () => server.close()));
  });
`;

test.each([
  ['imported by name', 'app.mjs', `import { createServer, get } from 'node:http';`],
  ['imported as a namespace', 'app.mjs', `import * as http from 'http'; const { createServer, get } = http;`],
  ['imported as default', 'app.mjs', `import http from 'node:http'; const { createServer, get } = http;`],
  ['imported late', 'app.mjs', `const { createServer, get } = await import('node:http');`],
  ['required', 'app.cjs', `const { createServer, get } = require('http');`],
  [
    'required first and imported later, in one process',
    'app.mjs',
    `import { createRequire } from 'node:module';
     createRequire(import.meta.url)('http');
     const { createServer, get } = await import('node:http');`,
  ],
  [
    'asked for without a module system',
    'app.mjs',
    `const { createServer, get } = process.getBuiltinModule('node:http');`,
  ],
])('node:http %s makes one server span and one client span', async (_, name, load) => {
  using folder = fixture({ [name]: load + ASKS_ITSELF });
  await using app = await runApp({ args: [name], cwd: folder.path });

  const exit = await app.exited;

  expect(exit.code).toBe(0);
  expect(app.stderr).toBe('');
  expect(app.tree().trim()).toBe('GET\n  GET');
});

test('the first fetch of a process has a span, and only one', async () => {
  using folder = fixture({
    'app.mjs': `
      const response = await fetch(process.argv[2]);
      await response.text();
      await (await fetch(process.argv[2])).text();`,
  });
  await using target = await runApp({
    args: [
      '-e',
      `require('http').createServer((q, r) => r.end()).listen(0, function () { console.log(this.address().port) })`,
    ],
    preload: false,
  });
  const [port = ''] = await target.untilStdout(/\d+/);
  await using app = await runApp({ args: ['app.mjs', `http://127.0.0.1:${port}/`], cwd: folder.path });

  await app.exited;

  expect(app.spans().map(({ name, scope }) => [name, scope.name])).toEqual([
    ['GET', '@clew/instrumentations/undici'],
    ['GET', '@clew/instrumentations/undici'],
  ]);
});

test('every require of a package gives the same exports, patched, until it is taken out of the cache', async () => {
  const files = {
    'app.cjs': `
      const first = require('pino');
      const beside = require('./beside.cjs');
      const path = require.resolve('pino');
      const others = [require('pino'), beside.pino, beside.again(), require(path), require(path)];
      console.log(others.every((each) => each === first));
      delete require.cache[path];
      const anew = require('pino');
      console.log(anew !== first, require('pino') === anew, require(path) === anew, beside.again() === anew);
      require('@opentelemetry/api').trace.getTracer('app').startActiveSpan('work', (span) => {
        for (const pino of [first, beside.pino, anew, require(path)]) pino().info('hi');
        span.end();
      });`,
    'beside.cjs': `
      const pino = require('pino');
      module.exports = { pino, again: () => require('pino') };`,
  };
  using folder = fixture(files);
  await using app = await runApp({ args: ['app.cjs'], cwd: folder.path });

  await app.exited;

  const [same, anew, ...lines] = app.stdout.trim().split('\n');
  expect([app.stderr, same, anew]).toEqual(['', 'true', 'true true true true']);
  const [span] = app.spans();
  expect(lines.map((line) => (JSON.parse(line) as { trace_id?: string }).trace_id)).toEqual(
    Array.from({ length: 4 }, () => span?.traceId),
  );
});

test('an application that replaces a package gets what it has put in its place', async () => {
  const program = `
    const Module = require('node:module');
    const { _load: load } = Module;
    require('pg');
    Module._load = (request, ...others) => {
      return request === 'pg' ? { Client: class Mock {} } : Reflect.apply(load, Module, [request, ...others]);
    };
    const mock = require('pg').Client;
    Module._load = load;
    console.log(mock.name, require('pg').Client.name);`;
  using folder = fixture({ 'app.cjs': program });
  await using app = await runApp({ args: ['app.cjs'], cwd: folder.path });

  await app.exited;

  expect([app.stderr, app.stdout]).toEqual(['', 'Mock Client\n']);
});

test('what the application gives in the place of a builtin or a package is given as it is, and no longer than it wants', async () => {
  const program = `
    const Module = require('node:module');
    const { _load: load } = Module;
    require('pg');
    const given = { execSync: () => 'mock', Client: class { query() { return 'mock'; } }, Pool: class { connect() {} } };
    for (const name of ['child_process', 'node:https', 'pg', 'winston']) {
      const before = name === 'winston' ? undefined : require(name);
      Module._load = (request, ...others) => request === name ? given : Reflect.apply(load, Module, [request, ...others]);
      const mocked = require(name);
      Module._load = load;
      console.log(name, mocked === given, require(name) === given, before === undefined || require(name) === before);
    }
    console.log(given.execSync(), new given.Client().query(), given.Pool.prototype.connect.name);`;
  using folder = fixture({ 'app.cjs': program });
  await using app = await runApp({ args: ['app.cjs'], cwd: folder.path });

  await app.exited;

  const lines = ['child_process', 'node:https', 'pg', 'winston'].map((name) => `${name} true false true\n`);
  expect([app.stderr, app.stdout]).toEqual(['', `${lines.join('')}mock mock connect\n`]);
});

test('require has its own name still', async () => {
  using folder = fixture({ 'app.cjs': `console.log([require('node:module').prototype.require.name, require.name]);` });
  await using app = await runApp({ args: ['app.cjs'], cwd: folder.path });
  await using bare = await runApp({ args: ['app.cjs'], cwd: folder.path, preload: false });

  await Promise.all([app.exited, bare.exited]);

  expect(app.stdout).toBe(bare.stdout);
});

const QUERIES_NOWHERE = `
  const client = new Client({ host: '127.0.0.1', port: 1 });
  client.connect().catch((error) => console.log(error.code));
`;

test.each([
  ['imported', 'app.mjs', `import pg from 'pg'; const { Client } = pg;`],
  ['required', 'app.cjs', `const { Client } = require('pg');`],
  ['required by a file beside it', 'app.cjs', `const { Client } = require('./db/client.cjs');`],
])('a package is instrumented when it is %s', async (_, name, load) => {
  using folder = fixture({ [name]: load + QUERIES_NOWHERE, 'db/client.cjs': `module.exports = require('pg');` });
  await using app = await runApp({ args: [name], cwd: folder.path });

  await app.exited;

  expect(app.stdout).toBe('ECONNREFUSED\n');
  expect(app.spans().map(({ name, scope }) => [name, scope.name])).toEqual([
    ['pg.connect', '@opentelemetry/instrumentation-pg'],
  ]);
});

test.each([
  ['imported', 'app.mjs', `import { Client } from 'my-orm';`],
  ['required', 'app.cjs', `const { Client } = require('my-orm');`],
])('a package nested in a dependency that is %s, in the layout of pnpm, is instrumented', async (_, name, load) => {
  using folder = fixture({
    [`pnpm/${name}`]: load + QUERIES_NOWHERE,
    'pnpm/node_modules/.pnpm/my-orm@1.0.0/node_modules/my-orm/package.json': '{ "name": "my-orm", "main": "index.js" }',
    'pnpm/node_modules/.pnpm/my-orm@1.0.0/node_modules/my-orm/index.js': `exports.Client = require('pg').Client;`,
  });
  const store = join(folder.path, 'pnpm/node_modules/.pnpm');
  const packages = join(folder.path, 'node_modules');
  cpSync(join(packages, 'pg'), join(store, 'pg@8/node_modules/pg'), { recursive: true, dereference: true });
  for (const dependency of ['pg-types', 'pg-protocol', 'pg-pool', 'pg-connection-string', 'pgpass']) {
    symlinkSync(join(packages, dependency), join(store, 'pg@8/node_modules', dependency));
  }
  symlinkSync(join(store, 'pg@8/node_modules/pg'), join(store, 'my-orm@1.0.0/node_modules/pg'));
  symlinkSync(join(store, 'my-orm@1.0.0/node_modules/my-orm'), join(folder.path, 'pnpm/node_modules/my-orm'));
  await using app = await runApp({ args: [name], cwd: join(folder.path, 'pnpm') });

  await app.exited;

  expect(app.stdout).toBe('ECONNREFUSED\n');
  expect(app.spans().map(({ scope }) => scope.name)).toEqual(['@opentelemetry/instrumentation-pg']);
});

test('a module that cannot be found fails as it would without us', async () => {
  using folder = fixture({
    'app.mjs': `
      import { createRequire } from 'node:module';
      const describe = ({ name, code, message }) => console.log(name, code, message);
      await import('no-such-package').catch(describe);
      try { createRequire(import.meta.url)('no-such-package'); } catch (error) { describe(error); }
      try { createRequire(import.meta.url)(5); } catch (error) { describe(error); }
      try { process.getBuiltinModule(5); } catch (error) { describe(error); }
      console.log(process.getBuiltinModule('no-such-builtin'));`,
  });
  await using bare = await runApp({ args: ['app.mjs'], cwd: folder.path, preload: false });
  await using app = await runApp({ args: ['app.mjs'], cwd: folder.path });

  await bare.exited;
  await app.exited;

  expect(app.stdout).toBe(bare.stdout);
  expect(app.stderr).toBe('');
});

test('a library that nothing waits for loads no instrumentation', async () => {
  using folder = fixture({
    'app.mjs': `
      import 'yaml';
      import { start } from '@clew/sdk';
      console.log(start().status().instrumentations.join());`,
  });
  await using app = await runApp({ args: ['app.mjs'], cwd: folder.path });

  await app.exited;

  expect(app.stdout).toBe('fastify,console\n'); // they only subscribe to channels
});
