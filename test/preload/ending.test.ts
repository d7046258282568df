import { once } from 'node:events';
import { createServer } from 'node:net';

import { runApp } from '@clew/testing';
import { describe, expect, test } from 'vitest';

import { fixture } from '../support/fixture.ts';

const SPANS = `
  import { trace } from '@opentelemetry/api';
  for (let i = 0; i < 100; i++) trace.getTracer('app').startSpan('work').end();
`;
const WAITS = `console.log('ready'); const timer = setInterval(() => {}, 1000);`;

describe('a natural end', () => {
  test.each([0, 3])('with exit code %i keeps it and loses no span', async (exitCode) => {
    using folder = fixture({ 'app.mjs': `${SPANS} process.exitCode = ${exitCode};` });
    await using app = await runApp({ args: ['app.mjs'], cwd: folder.path });

    const exit = await app.exited;

    expect(exit).toEqual({ code: exitCode, signal: null });
    expect(app.spans()).toHaveLength(100);
  });

  test('sends what the last beforeExit handler of the app makes', async () => {
    using folder = fixture({
      'app.mjs': `
        ${SPANS}
        process.once('beforeExit', () => setTimeout(() => trace.getTracer('app').startSpan('late').end(), 10));`,
    });
    await using app = await runApp({ args: ['app.mjs'], cwd: folder.path });

    await app.exited;

    expect(app.spans()).toHaveLength(101);
  });
});

describe.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('%s', (signal) => {
  test('without a handler flushes and ends the process by that signal', async () => {
    using folder = fixture({ 'app.mjs': SPANS + WAITS });
    await using app = await runApp({ args: ['app.mjs'], cwd: folder.path, env: { OTEL_BSP_SCHEDULE_DELAY: '60000' } });
    await app.untilStdout(/ready/);

    app.kill(signal);

    expect(await app.exited).toEqual({ code: null, signal });
    expect(app.spans()).toHaveLength(100);
  });

  test('with a handler of the app leaves the end to the app, and what it makes meanwhile arrives', async () => {
    using folder = fixture({
      'app.mjs': `
        ${SPANS}
        process.on('${signal}', () => {
          setTimeout(() => {
            trace.getTracer('app').startSpan('drained').end();
            clearInterval(timer);
            process.exitCode = 5;
          }, 100);
        });
        ${WAITS}`,
    });
    await using app = await runApp({ args: ['app.mjs'], cwd: folder.path });
    await app.untilStdout(/ready/);

    app.kill(signal);

    expect(await app.exited).toEqual({ code: 5, signal: null });
    expect(app.spans()).toHaveLength(101);
  });

  test('is not kept from ending the process by a library that only acts when it is alone', async () => {
    using folder = fixture({
      'app.mjs': `
        ${SPANS}
        // What signal-exit does: it hands the signal on when no other listener is there.
        process.on('${signal}', function alone() {
          console.log('listeners', process.listeners('${signal}').length);
          if (process.listeners('${signal}').length !== 1) return;
          process.removeListener('${signal}', alone);
          process.kill(process.pid, '${signal}');
        });
        ${WAITS}`,
    });
    await using app = await runApp({ args: ['app.mjs'], cwd: folder.path });
    await app.untilStdout(/ready/);

    app.kill(signal);

    expect(await app.exited).toEqual({ code: null, signal });
    expect(app.stdout).toContain('listeners 1\n');
    expect(app.spans()).toHaveLength(100);
  });
});

test.each(['SIGTERM', 'SIGINT', 'SIGHUP'])(
  '%s that a program sends itself as the last thing it does ends it',
  async (signal) => {
    using folder = fixture({ 'app.cjs': `process.kill(process.pid, '${signal}');` });
    await using app = await runApp({ args: ['app.cjs'], cwd: folder.path });

    expect(await app.exited).toEqual({ code: null, signal });
  },
);

test('a second signal, of another kind, ends the process without further waiting', async () => {
  await using backend = await silentServer();
  using folder = fixture({ 'app.mjs': SPANS + WAITS });
  await using app = await runApp({
    args: ['app.mjs'],
    cwd: folder.path,
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: backend.url,
      OTEL_BSP_SCHEDULE_DELAY: '60000', // nothing is sent before the first signal
      CLEW_SHUTDOWN_TIMEOUT: '60000',
    },
  });
  await app.untilStdout(/ready/);

  app.kill('SIGINT');
  await backend.asked;
  app.kill('SIGTERM');

  expect(await app.exited).toEqual({ code: null, signal: 'SIGTERM' });
});

test.each([
  ['replaced', `globalThis.performance = { now: () => 7, timeOrigin: 0 };`],
  ['deleted', `delete globalThis.performance;`],
])('timers that the application has replaced are not used, nor a clock that it has %s', async (_, clock) => {
  using folder = fixture({
    'app.mjs': `
      import { trace } from '@opentelemetry/api';
      for (const name of ['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask']) globalThis[name] = () => 7;
      for (const name of ['clearTimeout', 'clearInterval', 'clearImmediate']) globalThis[name] = () => {};
      ${clock}
      trace.getTracer('app').startSpan('work').end();
      for (let i = 0; i < 600; i++) trace.getTracer('app').startSpan('more').end();
      process.on('exit', () => console.log('ends'));`,
  });
  await using app = await runApp({ args: ['app.mjs'], cwd: folder.path });

  expect(await app.exited).toEqual({ code: 0, signal: null });
  expect([app.stdout, app.stderr]).toEqual(['ends\n', '']);
  expect(app.spans()).toHaveLength(601);
  expect(Math.abs(Number(app.spans()[0]?.startTimeUnixNano) / 1e6 - Date.now())).toBeLessThan(60_000);
});

test.each(['SIGTERM', undefined])('a resource that never gets complete holds up no end (%s)', async (signal) => {
  using folder = fixture({
    'clew.config.mjs': `
      import { resourceFromAttributes } from '@opentelemetry/resources';
      export default { resource: resourceFromAttributes({ known: 'yes', late: new Promise(() => {}) }) };`,
    'app.mjs': SPANS + (signal === undefined ? '' : WAITS),
  });
  const env = { CLEW_SHUTDOWN_TIMEOUT: '300' };
  await using app = await runApp({ args: ['app.mjs'], cwd: folder.path, env, timeoutMillis: 8000 });
  if (signal !== undefined) {
    await app.untilStdout(/ready/);
    app.kill('SIGTERM');
  }

  const exit = await app.exited;

  expect(exit).toEqual(signal === undefined ? { code: 0, signal: null } : { code: null, signal });
  expect(app.spans()).toHaveLength(100);
  expect(app.spans()[0]?.resource.attributes).toMatchObject({ known: 'yes' });
});

describe('without a backend', () => {
  test('one line says that nothing listens and offers the viewer; the app ends by itself', async () => {
    using folder = fixture({ 'app.mjs': `${SPANS} process.exitCode = 3;` });
    const port = await unusedPort();
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`, CLEW_SHUTDOWN_TIMEOUT: '500' };
    await using app = await runApp({ args: ['app.mjs'], cwd: folder.path, env });

    const exit = await app.exited;

    expect(exit).toEqual({ code: 3, signal: null });
    expect(app.stdout).toBe('');
    expect(app.stderr).toBe(
      `clew: 100 spans were dropped: the process ended, and nothing listens at http://127.0.0.1:${port}/v1/traces; ` +
        'is your collector up? To see traces without one: npx @clew/cli view\n',
    );
  });

  test('a backend that never answers does not keep the process beyond the shutdown timeout', async () => {
    using folder = fixture({ 'app.mjs': `${SPANS} process.on('exit', () => console.log('exit'));` });
    await using silent = await silentServer();
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: silent.url, CLEW_SHUTDOWN_TIMEOUT: '300' };
    await using app = await runApp({ args: ['app.mjs'], cwd: folder.path, env, timeoutMillis: 8000 });

    const exit = await app.exited;

    expect(exit).toEqual({ code: 0, signal: null }); // a kill by the timeout would be a signal
    expect(app.stdout).toBe('exit\n');
  });

  test('what answers but does not speak OTLP is named, with the status it gave', async () => {
    using folder = fixture({ 'app.mjs': SPANS });
    await using app = await runApp({
      args: ['app.mjs'],
      cwd: folder.path,
      env: { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: undefined, OTEL_EXPORTER_OTLP_HEADERS: 'host-of=nothing' },
    });
    const wrong = await runApp({
      args: ['app.mjs'],
      cwd: folder.path,
      env: { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${app.viewer.url}/wrong/path` },
    });
    await using _ = wrong;

    const exit = await wrong.exited;

    expect(exit.code).toBe(0);
    expect(wrong.stderr).toMatch(
      /^clew: 100 spans were dropped: .*\/wrong\/path answered 404: .*; check the endpoint.*\n$/,
    );
  });
});

async function unusedPort(): Promise<number> {
  await using server = await silentServer();
  return Number(new URL(server.url).port);
}

/** Accepts connections and says nothing. */
async function silentServer() {
  const server = createServer((socket) => void socket.on('error', () => {}).resume());
  const asked = once(server, 'connection');
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  return {
    url: `http://127.0.0.1:${port}`,
    /** Resolves with the first connection. */
    asked,
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => void server.close(() => resolve())),
  };
}
