import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { createRequire } from 'node:module';
import { runInNewContext } from 'node:vm';

import { SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { recordSpans, type RecordedSpans } from '@clew/testing';
import type { Instrumentation } from '@opentelemetry/instrumentation';
import fastify, { type FastifyInstance, type FastifyServerOptions } from 'fastify';
import { expect, test, vi } from 'vitest';

import { runScript } from '../../test/run-script.ts';
import { FastifyInstrumentation } from './fastify.ts';

// Once for all tests: upstream's hook patches what is required first, and never again.
const require = createRequire(import.meta.url);
const { HttpInstrumentation } = require('@opentelemetry/instrumentation-http') as {
  HttpInstrumentation: new () => Instrumentation;
};
const http = new HttpInstrumentation();
require('node:http');

test('a request span is named by its route, with the prefix of its plugin', async () => {
  using server = await startServer((app) => {
    void app.register(
      (plugin, _options, done) => {
        plugin.get('/orders/:id', () => ({}));
        done();
      },
      { prefix: '/v1' },
    );
  });

  await server.fetch('/v1/orders/7');

  const span = server.recorded.named('GET /v1/orders/:id');
  expect(span.attributes).toMatchObject({ 'http.route': '/v1/orders/:id', 'http.response.status_code': 200 });
  expect(server.recorded.spans).toHaveLength(1);
});

test('a HEAD request has the route of its GET handler', async () => {
  using server = await startServer((app) => app.get('/orders/:id', () => ({})));

  await server.fetch('/orders/7', { method: 'HEAD' });

  expect(server.recorded.named('HEAD /orders/:id').attributes).toMatchObject({ 'http.route': '/orders/:id' });
});

test('a request without a route keeps its name and has no route', async () => {
  using server = await startServer((app) => {
    void app.register(
      (plugin, _options, done) => {
        plugin.setNotFoundHandler((_request, reply) => reply.code(404).send('nothing'));
        done();
      },
      { prefix: '/v1' },
    );
  });

  await server.fetch('/nowhere');
  await server.fetch('/v1/nowhere');

  expect(server.recorded.spans.map(({ name }) => name)).toEqual(['GET', 'GET']);
  expect(server.recorded.spans[1]?.attributes).not.toHaveProperty('http.route');
});

test('an error that is answered with 500 is on the span', async () => {
  using server = await startServer((app) =>
    app.get('/broken', async () => {
      await Promise.resolve();
      throw new TypeError('no such column');
    }),
  );

  const response = await server.fetch('/broken');

  expect(response.status).toBe(500);
  const { status, events } = server.recorded.named('GET /broken');
  expect(status.code).toBe(SpanStatusCode.ERROR);
  expect(events).toMatchObject([
    { name: 'exception', attributes: { 'exception.type': 'TypeError', 'exception.message': 'no such column' } },
  ]);
});

test.each([
  [{ statusCode: 500, message: 'boom' }, 'boom'],
  [Object.assign(Object.create(null) as object, { message: 'bare' }), 'bare'],
  [runInNewContext(`new TypeError('foreign')`) as Error, 'foreign'],
  ['text', 'text'],
])('what is thrown and is no Error of ours has its message on the span: %o', async (thrown, message) => {
  using server = await startServer((app) => {
    app.setErrorHandler((_error, _request, reply) => reply.code(500).send('failed'));
    app.get('/broken', () => Promise.reject(thrown as Error));
  });

  await server.fetch('/broken');

  expect(server.recorded.named('GET /broken')).toMatchObject({
    status: { code: SpanStatusCode.ERROR },
    events: [{ name: 'exception', attributes: { 'exception.message': message } }],
  });
});

test.each<[string, (app: FastifyInstance) => void, number]>([
  ['a hook', (app) => app.addHook('onRequest', (_request, reply) => void reply.code(401).send('who?')), 401],
  [
    'a hook that throws',
    (app) =>
      app.addHook('preHandler', async () => {
        throw new Error('no');
      }),
    500,
  ],
  ['a validation', () => {}, 400],
])('a request that %s answers before the handler has its route', async (_, addTo, status) => {
  using server = await startServer((app) => {
    addTo(app);
    const schema = { querystring: { type: 'object', required: ['q'] } };
    app.get('/orders/:id', { schema }, () => ({}));
  });

  const response = await server.fetch(status === 400 ? '/orders/7' : '/orders/7?q=1');

  expect(response.status).toBe(status);
  expect(server.recorded.named('GET /orders/:id').attributes).toMatchObject({ 'http.route': '/orders/:id' });
});

test('our hooks are not among those that @fastify/otel traces, though it was there first', async () => {
  const traced: string[] = [];
  const kept = Symbol('fastify otel addhook original');
  const wrapAddHook = (message: unknown) => {
    const { fastify: app } = message as { fastify: FastifyInstance };
    app.decorate(kept, app.addHook);
    app.addHook = function addHookPatched(
      this: FastifyInstance & { [kept]: typeof app.addHook },
      name: string,
      hook: never,
    ) {
      traced.push(`${name} - ${(hook as { name: string }).name}`);
      return this[kept](name as 'onRequest', hook);
    };
  };
  subscribe('fastify.initialization', wrapAddHook); // as it does it with `registerOnInitialization`
  using server = await startServer((app) => {
    app.addHook('onRequest', function ofApplication(_request, _reply, done) {
      done();
    });
    app.get('/orders/:id', () => ({}));
  });
  unsubscribe('fastify.initialization', wrapAddHook);

  await server.fetch('/orders/7');

  expect(traced).toEqual(['onRequest - ofApplication']);
  expect(server.recorded.spans.map(({ name }) => name)).toEqual(['GET /orders/:id']);
});

test('two instrumentations at once, as of the preload and of the application, record an error once', async () => {
  using _second = enabled(new FastifyInstrumentation());
  using server = await startServer((app) => app.get('/broken', () => Promise.reject(new Error('broken'))));

  await server.fetch('/broken');

  expect(server.recorded.named('GET /broken').events).toHaveLength(1);
});

test('a request that fails its schema is the fault of the client: no exception, no error status', async () => {
  const schema = { querystring: { type: 'object', required: ['page'] } };
  using server = await startServer((app) => app.get('/orders', { schema }, () => ({})));

  const response = await server.fetch('/orders');

  expect(response.status).toBe(400);
  expect(server.recorded.named('GET /orders')).toMatchObject({ status: { code: SpanStatusCode.UNSET }, events: [] });
});

test('the answer of the error handler decides: a mapped error is none, a rethrown one is', async () => {
  using server = await startServer((app) => {
    app.setErrorHandler((error: Error, _request, reply) => {
      if (error.message === 'not found') return reply.code(404).send('mapped');
      throw new Error('the handler failed too');
    });
    app.get('/mapped', () => Promise.reject(new Error('not found')));
    app.get('/rethrown', () => Promise.reject(new Error('database down')));
  });

  await server.fetch('/mapped');
  await server.fetch('/rethrown');

  expect(server.recorded.named('GET /mapped')).toMatchObject({ status: { code: SpanStatusCode.UNSET }, events: [] });
  expect(server.recorded.named('GET /rethrown').events).toMatchObject([
    { attributes: { 'exception.message': 'database down' } },
  ]);
});

test('the response is the one without us', async () => {
  const routes = (app: FastifyInstance) => {
    app.addHook('onRequest', async (request) => void request.headers);
    app.get('/broken', () => Promise.reject(new Error('broken')));
  };
  const plain = fastify();
  routes(plain);
  using server = await startServer(routes);

  const response = await server.fetch('/broken');

  const expected = await plain.inject('/broken');
  expect([response.status, await response.text()]).toEqual([expected.statusCode, expected.body]);
});

test('a server span without RPC metadata is named and marked directly', async () => {
  using recorded = recordSpans();
  using _instrumentation = enabled(new FastifyInstrumentation());
  const app = fastify();
  app.get('/orders/:id', () => Promise.reject(new Error('broken')));

  await trace.getTracer('test').startActiveSpan('HTTP', { kind: SpanKind.SERVER }, async (span) => {
    await app.inject('/orders/7');
    span.end();
  });

  const { attributes, status } = recorded.named('GET /orders/:id');
  expect(attributes).toEqual({ 'http.route': '/orders/:id' });
  expect(status).toEqual({ code: SpanStatusCode.ERROR, message: 'broken' });
});

test('inside a span that serves no request nothing is named', async () => {
  using recorded = recordSpans();
  using _instrumentation = enabled(new FastifyInstrumentation());
  const app = fastify();
  app.get('/orders/:id', () => Promise.reject(new Error('broken')));

  await trace.getTracer('test').startActiveSpan('a test of mine', async (span) => {
    await app.inject('/orders/7');
    span.end();
  });

  expect(recorded.named('a test of mine')).toMatchObject({ attributes: {}, events: [] });
});

test('an application made while the instrumentation is disabled has no hooks of ours', async () => {
  const instrumentation = new FastifyInstrumentation({ enabled: false });
  const hooks = async () => {
    const app = fastify();
    app.get('/', () => ({}));
    await app.ready();
    return app.printRoutes({ includeHooks: true });
  };

  expect(await hooks()).not.toContain('setRouteOfRequest');
  instrumentation.enable();
  expect(await hooks()).toContain('setRouteOfRequest');
  instrumentation.disable();
  expect(await hooks()).not.toContain('setRouteOfRequest');
});

test.each([
  ['module', `import fastify from 'fastify';`],
  ['commonjs', `const fastify = require('fastify');`],
] as const)('it works in a process of %s', async (type, load) => {
  const source = `${load}
    const app = fastify();
    app.get('/orders/:id', () => ({}));
    app.listen({ port: 0, host: '127.0.0.1' }).then(async (address) => {
      await fetch(address + '/orders/7');
      await app.close();
    });`;

  const run = await runScript({ type, source, instrumentations: 'fastify' });

  expect(run).toMatchObject({ code: 0, stdout: '', stderr: '', tree: 'GET /orders/:id' });
});

test('it does not load the package of upstream that is slow to load', async () => {
  const source = `
    import { registerHooks } from 'node:module';
    registerHooks({ load(url, context, next) {
      if (url.includes('/@opentelemetry/instrumentation/')) console.log(url);
      return next(url, context);
    } });
    const { FastifyInstrumentation } = await import('@clew/instrumentations/fastify');
    console.log(new FastifyInstrumentation().instrumentationName);`;

  const { stdout, stderr } = await runScript({ type: 'module', source });

  expect([stdout, stderr]).toEqual(['@clew/instrumentations/fastify\n', '']);
});

interface Server extends Disposable {
  readonly recorded: RecordedSpans;
  fetch(path: string, init?: RequestInit): Promise<Response>;
}

/** A real server on a free port, its requests traced by upstream's http instrumentation. */
async function startServer(routes: (app: FastifyInstance) => unknown, options?: FastifyServerOptions): Promise<Server> {
  const recorded = recordSpans();
  http.setTracerProvider(trace.getTracerProvider()); // its copy of the API, required, is not the one we import
  const instrumentation = new FastifyInstrumentation();
  const app = fastify({ ...options, forceCloseConnections: true });
  routes(app);
  const address = await app.listen({ port: 0, host: '127.0.0.1' });
  return {
    recorded,
    async fetch(path, init) {
      const ended = recorded.spans.length;
      const response = await fetch(address + path, init);
      await vi.waitUntil(() => recorded.spans.length > ended, { interval: 1 }); // its span ends after it is sent
      return response;
    },
    [Symbol.dispose]() {
      void app.close();
      instrumentation.disable();
      recorded[Symbol.dispose]();
    },
  };
}

function enabled(instrumentation: FastifyInstrumentation): Disposable {
  return { [Symbol.dispose]: () => instrumentation.disable() };
}
