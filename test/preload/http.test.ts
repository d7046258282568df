import { runApp } from '@clew/testing';
import { expect, test } from 'vitest';

import { fixture } from '../support/fixture.ts';

/** Asks itself once over HTTP, and prints how many `traceparent` the request came with. */
const ASK = `
  const server = createServer((request, response) => {
    response.end(String(request.rawHeaders.filter((each) => each.toLowerCase() === 'traceparent').length));
  });
  server.listen(0, '127.0.0.1', () => {
    get({ port: server.address().port, host: '127.0.0.1', agent: false }, async (response) => {
      console.log(await new Response(response).text());
      server.close();
    });
  });`;

test.each([
  ['by names of an ES module', 'app.mjs', `import { createServer, get } from 'node:http'; ${ASK}`],
  ['by default of an ES module', 'app.mjs', `import http from 'http'; const { createServer, get } = http; ${ASK}`],
  [
    'by import() of https first',
    'app.mjs',
    `await import('https'); const { createServer, get } = await import('http'); ${ASK}`,
  ],
  ['by require', 'app.cjs', `const { createServer, get } = require('http'); ${ASK}`],
  ['past every hook', 'app.mjs', `const { createServer, get } = process.getBuiltinModule('node:http'); ${ASK}`],
  [
    'past every hook, in CommonJS',
    'app.cjs',
    `const { createServer, get } = process.getBuiltinModule('node:http'); ${ASK}`,
  ],
])('http that is loaded %s is traced on both sides, once', async (_how, file, source) => {
  using folder = fixture({ [file]: source });
  await using app = await runApp({ args: [file], cwd: folder.path });

  const { code } = await app.exited;

  expect([code, app.stdout, app.stderr]).toEqual([0, '1\n', '']);
  expect(app.tree().trim()).toBe('GET\n  GET');
  const ports = app.spans().map(({ attributes }) => typeof attributes['server.port']);
  expect(ports).toEqual(['number', 'number']);
});

test('what an exporter sends is not traced, and loads no instrumentation', async () => {
  using folder = fixture({
    'app.mjs': `
      import { start } from '@clew/sdk';
      import { trace } from '@opentelemetry/api';
      trace.getTracer('app').startSpan('work').end();
      await start().flush();
      console.log(start().status().traces.sent, start().status().instrumentations.includes('http'));`,
  });
  await using app = await runApp({ args: ['app.mjs'], cwd: folder.path });

  await app.exited;

  expect([app.stdout, app.stderr]).toEqual(['1 false\n', '']);
  expect(app.tree().trim()).toBe('work');
});

test('a handler that throws ends the process, and its span is sent with the exception', async () => {
  using folder = fixture({
    'app.cjs': `
      const { createServer, get } = require('http');
      const server = createServer(() => { throw new RangeError('of the handler'); });
      server.listen(0, '127.0.0.1', () => get({ port: server.address().port, host: '127.0.0.1' }));`,
  });
  await using app = await runApp({ args: ['app.cjs'], cwd: folder.path });

  const { code } = await app.exited;

  const served = app.spans().find(({ kind }) => kind === 2);
  expect(code).toBe(1);
  expect(served?.status).toMatchObject({ code: 2, message: 'of the handler' });
  expect(served?.events.map(({ name }) => name)).toEqual(['exception']);
  expect(served?.attributes).toMatchObject({ 'error.type': 'RangeError' });
  expect(served?.attributes['clew.incomplete']).toBeUndefined();
});

test('instrumentations that the application makes itself, beside those of the preload, add nothing', async () => {
  using folder = fixture({
    'app.mjs': `
      import { createServer, get } from 'node:http';
      import { HttpInstrumentation } from '@clew/instrumentations/http';
      import { UndiciInstrumentation } from '@clew/instrumentations/undici';
      new HttpInstrumentation({ applyCustomAttributesOnSpan: (span) => span.setAttribute('app', true) });
      new UndiciInstrumentation({ requestHook: (span) => span.setAttribute('app', true) });
      const server = createServer(({ rawHeaders }, response) => {
        response.end(String(rawHeaders.filter((each) => each.toLowerCase() === 'traceparent').length));
      }).listen(0, '127.0.0.1', async () => {
        const url = 'http://127.0.0.1:' + server.address().port;
        console.log(await (await fetch(url)).text());
        get(url, { agent: false }, async (response) => {
          console.log(await new Response(response).text());
          server.close();
        });
      });`,
  });
  await using app = await runApp({ args: ['app.mjs'], cwd: folder.path });

  const { code } = await app.exited;

  expect([code, app.stdout, app.stderr]).toEqual([0, '1\n1\n', '']);
  expect(app.tree().trim()).toBe('GET\n  GET\nGET\n  GET');
  expect(app.spans().filter(({ attributes }) => 'app' in attributes)).toEqual([]);
});
