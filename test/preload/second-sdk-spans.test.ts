import { runApp } from '@clew/testing';
import { expect, test } from 'vitest';

import { fixture } from '../support/fixture.ts';

/** Asks itself twice, and prints how many `traceparent` each request came with. */
const APP = `
  import { createRequire } from 'node:module';
  import { once } from 'node:events';
  import { trace } from '@opentelemetry/api';
  const http = createRequire(import.meta.url)('node:http');
  const tracer = trace.getTracer('app');
  const server = http.createServer((request, response) => {
    tracer.startActiveSpan('work', (span) => (span.end(), response.end(JSON.stringify(request.rawHeaders))));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const origin = 'http://127.0.0.1:' + server.address().port;
  const received = [];
  await tracer.startActiveSpan('main', async (span) => {
    received.push(await (await fetch(origin)).json());
    const [response] = await once(http.get(origin), 'response');
    received.push(await new Response(response).json());
    span.end();
  });
  server.close();
  server.closeAllConnections();
  const isParent = (header) => header.toLowerCase() === 'traceparent';
  console.log(...received.map((headers) => headers.filter(isParent).length));`;

const TRACING = `
  import { registerInstrumentations } from '@opentelemetry/instrumentation';
  import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
  import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici';
  registerInstrumentations({ instrumentations: [new HttpInstrumentation(), new UndiciInstrumentation()] });`;

const TREE = `
main
  GET
    GET
      work
  GET
    GET
      work
`.trim();

test.each([
  ['before the libraries are loaded', ['./tracing.js', './app.js'], {}],
  ['after that', ['node:http', './tracing.js', './app.js'], {}],
  ["beside OpenTelemetry's tracer", ['./tracing.js', './app.js'], { CLEW_TRACER: 'upstream' }],
])('instrumentations that an application registers %s make no second span', async (_, modules, env) => {
  using folder = fixture({
    'package.json': '{ "name": "plain", "type": "module" }',
    'tracing.js': TRACING,
    'app.js': APP,
    'main.js': modules.map((name) => `await import('${name}');`).join('\n'),
  });
  await using app = await runApp({ args: ['main.js'], cwd: folder.path, env });

  const { code } = await app.exited;

  expect([code, app.stdout, app.stderr]).toEqual([0, '1 1\n', '']);
  expect(app.tree().trim()).toBe(TREE);
});

test('what is told to an http instrumentation of the application is on the span of ours', async () => {
  using folder = fixture({
    'package.json': '{ "name": "plain", "type": "module" }',
    'tracing.js': TRACING,
    'app.js': `
      import { createRequire } from 'node:module';
      import { once } from 'node:events';
      import { context, trace } from '@opentelemetry/api';
      import { getRPCMetadata } from '@opentelemetry/core';
      const http = createRequire(import.meta.url)('node:http');
      const server = http.createServer((request, response) => {
        getRPCMetadata(context.active()).route = '/orders/:id';
        trace.getActiveSpan().setAttribute('user.tier', 'gold');
        response.end();
      });
      await once(server.listen(0, '127.0.0.1'), 'listening');
      http.get({ port: server.address().port, host: '127.0.0.1' }, (response) => response.resume().on('end', () => server.close()));`,
    'main.js': `await import('./tracing.js'); await import('./app.js');`,
  });
  await using app = await runApp({ args: ['main.js'], cwd: folder.path });

  await app.exited;

  expect(app.stderr).toBe('');
  expect(app.tree().trim()).toBe('GET\n  GET /orders/:id');
  const served = app.spans().find(({ kind }) => kind === 2);
  expect(served?.attributes).toMatchObject({ 'http.route': '/orders/:id', 'user.tier': 'gold' });
});

test('an instrumentation that Clew does without makes the spans of the application', async () => {
  using folder = fixture({
    'package.json': '{ "name": "plain", "type": "module" }',
    'tracing.js': TRACING,
    'app.js': APP,
    'main.js': `await import('./tracing.js'); await import('./app.js');`,
  });
  const env = { OTEL_NODE_DISABLED_INSTRUMENTATIONS: 'http,undici' };
  await using app = await runApp({ args: ['main.js'], cwd: folder.path, env });

  const { code } = await app.exited;

  expect([code, app.stdout, app.stderr]).toEqual([0, '1 1\n', '']);
  expect(app.tree().trim()).toBe(TREE);
});
