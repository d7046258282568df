import { runApp } from '@clew/testing';
import { expect, test } from 'vitest';

import { fixture } from '../support/fixture.ts';

const SPAN = `
  import { trace } from '@opentelemetry/api';
  trace.getTracer('app').startSpan('work').end();
`;

test('a span that the app makes with the plain API arrives, under the name of its package', async () => {
  using folder = fixture({
    'package.json': '{ "name": "my-shop", "version": "1.2.3" }',
    'src/app.mjs': SPAN,
  });
  await using app = await runApp({ args: ['src/app.mjs'], cwd: folder.path });

  const exit = await app.exited;

  const [span] = app.spans();
  expect(exit).toEqual({ code: 0, signal: null });
  expect(app.stderr).toBe('');
  expect(span).toMatchObject({ name: 'work' });
  expect(span?.resource.attributes).toMatchObject({
    'service.name': 'my-shop',
    'service.version': '1.2.3',
    'telemetry.distro.name': '@clew/sdk',
    'telemetry.sdk.language': 'nodejs',
    'process.runtime.name': 'nodejs',
    'host.name': expect.any(String),
    'os.type': expect.any(String),
    'service.instance.id': expect.stringMatching(/^[\da-f-]{36}$/),
  });
});

test('no builtin of Node is loaded that takes long and that few applications use', async () => {
  const loaded = `
    const hasHookThread = /^(?:22|24\\.0)\\./.test(process.versions.node); // which has streams, and they need net
    const wanted = hasHookThread ? /^NativeModule (?:crypto|child_process|util)$/ : /^NativeModule (?:crypto|child_process|net|util)$/;
    console.log(process.moduleLoadList.filter((each) => wanted.test(each)));`;
  using folder = fixture({ 'app.mjs': loaded });
  await using bare = await runApp({ args: ['app.mjs'], cwd: folder.path, preload: false });
  await using app = await runApp({ args: ['app.mjs'], cwd: folder.path });

  await bare.exited;
  await app.exited;

  expect(bare.stdout).toBe("[ 'NativeModule util' ]\n");
  expect(app.stdout).toBe(bare.stdout);
});

test('each process has an instance id of its own, a UUID of version 4', async () => {
  using folder = fixture({ 'app.mjs': SPAN });
  await using first = await runApp({ args: ['app.mjs'], cwd: folder.path });
  await using second = await runApp({ args: ['app.mjs'], cwd: folder.path });

  await Promise.all([first.exited, second.exited]);

  const ids = [first, second].map((app) => app.spans()[0]?.resource.attributes['service.instance.id']);
  for (const id of ids) expect(id).toMatch(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
  expect(ids[0]).not.toBe(ids[1]);
});

test('OTEL_SERVICE_NAME wins over OTEL_RESOURCE_ATTRIBUTES, and that over package.json', async () => {
  using folder = fixture({ 'package.json': '{ "name": "my-shop" }', 'app.mjs': SPAN });
  const env = { OTEL_SERVICE_NAME: 'from-name', OTEL_RESOURCE_ATTRIBUTES: 'service.name=from-list,team=blue' };
  await using app = await runApp({ args: ['app.mjs'], cwd: folder.path, env });

  await app.exited;

  expect(app.spans()[0]?.resource.attributes).toMatchObject({ 'service.name': 'from-name', team: 'blue' });
});

test('OTEL_SDK_DISABLED leaves the app as it would be without us', async () => {
  using folder = fixture({ 'app.mjs': `${SPAN} console.log('listeners', process.eventNames().length);` });
  await using bare = await runApp({ args: ['app.mjs'], cwd: folder.path, preload: false });
  await using app = await runApp({ args: ['app.mjs'], cwd: folder.path, env: { OTEL_SDK_DISABLED: 'true' } });

  await bare.exited;
  const exit = await app.exited;

  expect(exit.code).toBe(0);
  expect(app.stdout).toBe(bare.stdout);
  expect(app.stderr).toBe('');
  expect(app.spans()).toEqual([]);
});

test('a start in code beside the preload is told once and gets the running SDK', async () => {
  using folder = fixture({
    'app.mjs': `
      import { start } from '@clew/sdk';
      const first = start({ serviceName: 'ignored' });
      console.log(first === start(), first.status().state);
      ${SPAN}`,
  });
  await using app = await runApp({ args: ['app.mjs'], cwd: folder.path });

  await app.exited;

  expect(app.stdout).toBe('true running\n');
  expect(app.stderr).toBe('clew: start() called a second time; keeping the options of the running SDK\n');
  expect(app.spans()).toHaveLength(1);
});

test('two preloads are one', async () => {
  using folder = fixture({ 'app.mjs': SPAN });
  await using app = await runApp({
    args: ['--import', '@clew/sdk/register', 'app.mjs'],
    cwd: folder.path,
  });

  await app.exited;

  expect(app.stderr).toBe('');
  expect(app.spans()).toHaveLength(1);
});

test('`await using` in code starts, flushes and stops; a later start starts anew', async () => {
  using folder = fixture({
    'app.mjs': `
      import { trace } from '@opentelemetry/api';
      import { start } from '@clew/sdk';
      for (const name of ['first', 'second']) {
        const sdk = start({ serviceName: name });
        trace.getTracer('app').startSpan(name).end();
        await sdk[Symbol.asyncDispose]();
        console.log(sdk.status().state, sdk.status().traces.sent);
      }`,
  });
  await using app = await runApp({ args: ['app.mjs'], cwd: folder.path, preload: false });

  await app.exited;

  expect(app.stdout).toBe('shut down 1\nshut down 1\n');
  expect(app.stderr).toBe('');
  expect(app.spans().map(({ name, resource }) => [name, resource.attributes['service.name']])).toEqual([
    ['first', 'first'],
    ['second', 'second'],
  ]);
});

test('another SDK that is registered already is left alone, and said so', async () => {
  using folder = fixture({
    'other.mjs': `
      import { trace } from '@opentelemetry/api';
      import { TracerProvider } from '@opentelemetry/sdk-trace';
      trace.setGlobalTracerProvider(new TracerProvider());`,
    'app.mjs': `
      import { start } from '@clew/sdk';
      console.log(start().status().state);`,
  });
  await using app = await runApp({ args: ['--import', './other.mjs', 'app.mjs'], cwd: folder.path, preload: false });

  const exit = await app.exited;

  expect(exit.code).toBe(0);
  expect(app.stdout).toBe('foreign\n');
  expect(app.stderr).toMatch(/^clew: another OpenTelemetry SDK is registered .*\n$/);
});

test('another SDK that the app starts later does no harm', async () => {
  using folder = fixture({
    'app.mjs': `
      import { TracerProvider } from '@opentelemetry/sdk-trace';
      import { trace } from '@opentelemetry/api';
      console.log(trace.setGlobalTracerProvider(new TracerProvider()));
      ${SPAN.replace(/import .*/, '')}`,
  });
  await using app = await runApp({ args: ['app.mjs'], cwd: folder.path });

  const exit = await app.exited;

  expect(exit.code).toBe(0);
  expect(app.stdout).toBe('false\n');
  expect(app.stderr).toBe(
    'clew: the OpenTelemetry SDK started in app.mjs:4 was refused because Clew runs; remove it or Clew\n',
  );
  expect(app.spans()).toHaveLength(1);
});

test('a wrong option in code throws a typed error at start', async () => {
  using folder = fixture({
    'app.mjs': `
      import { ConfigurationError, start } from '@clew/sdk';
      try { start({ samplingRatio: 7 }); } catch (error) {
        console.log(error instanceof ConfigurationError, error.name, error.option, error.message);
      }`,
  });
  await using app = await runApp({ args: ['app.mjs'], cwd: folder.path, preload: false });

  await app.exited;

  expect(app.stdout).toBe('true ConfigurationError samplingRatio samplingRatio is 7, expected a number from 0 to 1\n');
});

test('a package manager that the preload reaches by NODE_OPTIONS is not traced', async () => {
  using folder = fixture({ 'npm-cli.js': `console.log(Symbol.for('clew.sdk.running') in globalThis);` });
  await using app = await runApp({ args: ['npm-cli.js'], cwd: folder.path });

  await app.exited;

  expect(app.stdout).toBe('false\n');
});
