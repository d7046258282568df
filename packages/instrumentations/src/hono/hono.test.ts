import { expect, test } from 'vitest';

import { runScript, type ScriptRun } from '../../test/run-script.ts';
import { HonoInstrumentation } from './hono.ts';

const LOADS = [
  [
    'module',
    `import * as hono from 'hono'; import { HTTPException } from 'hono/http-exception';
    import { showRoutes, inspectRoutes } from 'hono/dev'; import { serve } from '@hono/node-server';`,
  ],
  [
    'commonjs',
    `const hono = require('hono'); const { HTTPException } = require('hono/http-exception');
    const { showRoutes, inspectRoutes } = require('hono/dev'); const { serve } = require('@hono/node-server');`,
  ],
] as const;

test.each(LOADS)('a request span is named by the full route of its handler (%s)', async (type, load) => {
  const run = await serveHono(type, load, {
    routes: `
      const users = new Hono().get('/:id', (c) => c.text('user'));
      const app = new Hono().basePath('/v1').use(async (c, next) => next());
      app.get('/orders/:id{[0-9]+}', async (c) => c.json({}));
      app.route('/users', users);`,
    requests: ['/v1/orders/7', '/v1/users/8', '/v1/nowhere'],
  });

  expect(names(run)).toEqual(['GET /v1/orders/:id{[0-9]+}', 'GET /v1/users/:id', 'GET']);
  expect(run.spans[0]?.attributes).toMatchObject({ 'http.route': '/v1/orders/:id{[0-9]+}' });
  expect(run.spans[2]?.attributes).not.toHaveProperty('http.route');
});

test.each(LOADS)('the presets tiny and quick are observed like hono itself (%s)', async (type, load) => {
  const presets =
    type === 'module'
      ? `const { Hono: Tiny } = await import('hono/tiny'); const { Hono: Quick } = await import('hono/quick');`
      : `const { Hono: Tiny } = require('hono/tiny'); const { Hono: Quick } = require('hono/quick');`;
  const run = await serveHono(type, load, {
    routes: `${presets}
      const app = new Hono();
      app.route('/tiny', new Tiny().get('/:id', (c) => c.text('t')));
      const tiny = new Tiny(); tiny.get('/of/:tiny', (c) => c.text('t'));
      const quick = new Quick(); quick.get('/of/:quick', (c) => c.text('q'));
      app.all('/app/tiny/*', (c) => tiny.fetch(new Request('http://a/of/1')));
      app.all('/app/quick/*', (c) => quick.fetch(new Request('http://a/of/1')));`,
    requests: ['/tiny/1', '/app/tiny/1', '/app/quick/1'],
  });

  expect(names(run)).toEqual(['GET /tiny/:id', 'GET /of/:tiny', 'GET /of/:quick']);
});

test.each(LOADS)(
  'an error that a handler throws is on the span, an HTTPException below 500 is not (%s)',
  async (type, load) => {
    const run = await serveHono(type, load, {
      routes: `
      const app = new Hono();
      app.onError((error, c) => c.text('sorry', error.getResponse ? error.status : 500));
      app.get('/sync', () => { throw new TypeError('sync') });
      app.get('/async', async () => { throw new RangeError('async') });
      app.get('/gone', async () => { throw new HTTPException(410) });
      app.get('/down', async () => { throw new HTTPException(503, { message: 'down' }) });`,
      requests: ['/sync', '/async', '/gone', '/down'],
    });

    expect(run.stdout).toBe('500 500 410 503\n');
    expect(exceptions(run)).toEqual([['sync'], ['async'], [], ['down']]);
    expect(run.spans.map(({ status }) => status.code)).toEqual([2, 2, 0, 2]);
  },
);

test('the response decides the status: an error that onError answers with 404 leaves it unset', async () => {
  const run = await serveHono(...LOADS[0], {
    routes: `
      const app = new Hono();
      app.onError((error, c) => c.text('no such order', 404));
      app.get('/orders/:id', () => { throw new Error('no such order') });`,
    requests: ['/orders/7'],
  });

  expect(run.spans).toMatchObject([{ name: 'GET /orders/:id', status: { code: 0 } }]);
});

test('an error that a sub-application answers itself is recorded, and once', async () => {
  const run = await serveHono(...LOADS[0], {
    routes: `
      const sub = new Hono();
      sub.onError((error, c) => c.text('sub', 500));
      sub.get('/:id', async (c, next) => { await next() }, async () => { throw new Error('inside') });
      const app = new Hono().route('/sub', sub);`,
    requests: ['/sub/1'],
  });

  expect(names(run)).toEqual(['GET /sub/:id']);
  expect(exceptions(run)).toEqual([['inside']]);
});

test('a handler that has a next parameter names the request, middleware does not', async () => {
  const run = await serveHono(...LOADS[0], {
    routes: `
      const app = new Hono();
      app.use('/admin/*', async (c, next) => c.text('forbidden', 403));
      app.get('/maybe/:id', async (c, next) => c.text('mine'));`,
    requests: ['/admin/users', '/maybe/7'],
  });

  expect(run.stdout).toBe('403 200\n');
  expect(names(run)).toEqual(['GET', 'GET /maybe/:id']);
});

test.each(LOADS)('an application sees what it sees without us (%s)', async (type, load) => {
  const source = `${load}
    const { Hono } = hono;
    async function handler(c) { return c.text('x'); }
    class Shop extends Hono { constructor() { super(); this.get('/shop', handler); } }
    const app = new Hono();
    app.use(async function auth(c, next) { await next(); });
    app.get('/orders/:id', handler).post((c) => c.text(c.req.routePath));
    const thrown = { any: 'thing' };
    app.get('/thrown', () => { throw thrown });
    const sync = new Hono().get('/sync', (c) => c.text('sync')).fetch(new Request('http://a/sync'));
    (async () => {
      const post = await app.request('/orders/7', { method: 'POST' });
      const rejected = await Promise.resolve().then(() => app.request('/thrown')).catch((error) => error === thrown);
      console.log(
        Hono.name, Hono.length, app instanceof Hono, new Shop() instanceof Shop, new Shop() instanceof Hono,
        app.routes[1].handler === handler, app.routes[1].handler.name, inspectRoutes(app), await post.text(),
        Object.keys(app.router), sync instanceof Response, rejected,
      );
      showRoutes(app, { verbose: true, colorize: false });
    })();`;

  const plain = await runScript({ type, source });
  const observed = await runScript({ type, source, instrumentations: 'hono' });

  expect(plain.stdout).toContain('/orders/:id');
  expect(observed.stdout).toBe(plain.stdout);
  expect(observed.stderr).toBe(plain.stderr);
});

test('a rejection that nobody handles stays unhandled', async () => {
  const source = `import { Hono } from 'hono';
    const app = new Hono();
    app.onError((error) => { throw error });
    app.get('/', async () => { throw new Error('nobody catches me') });
    app.request('/');`;

  const run = await runScript({ type: 'module', source, instrumentations: 'hono' });

  expect(run.code).toBe(1);
  expect(run.stderr).toContain('nobody catches me');
});

test('disabled, it lets new applications be', async () => {
  const source = `
    import { HonoInstrumentation } from '@clew/instrumentations/hono';
    const instrumentation = new HonoInstrumentation();
    const { Hono } = await import('hono');
    const observed = Object.hasOwn(new Hono().router, 'add');
    instrumentation.disable();
    console.log(observed, Object.hasOwn(new (await import('hono')).Hono().router, 'add'));`;

  const run = await runScript({ type: 'module', source, instrumentations: 'fastify' });

  expect(run.stdout).toBe('true false\n');
});

test('exports that cannot be written to, as older CommonJS builds have, are given as a copy', () => {
  class Hono {
    readonly router = undefined;
  }
  const exports = Object.defineProperties(
    {},
    { Hono: { get: () => Hono, enumerable: true }, __esModule: { value: true } },
  );
  const [definition] = new HonoInstrumentation({ enabled: false }).getModuleDefinitions();

  const patched = definition?.patch?.(exports) as { Hono: typeof Hono };

  expect(patched.Hono).not.toBe(Hono);
  expect(new patched.Hono()).toBeInstanceOf(Hono);
  expect(Object.getOwnPropertyDescriptor(patched, '__esModule')?.value).toBe(true);
});

interface Serving {
  /** Declares `app`; `Hono`, `HTTPException` and what `load` imports are in scope. */
  readonly routes: string;
  readonly requests: readonly string[];
}

/** Serves an application in a process of its own, requests each path in turn, and prints the status codes. */
async function serveHono(type: 'module' | 'commonjs', load: string, { routes, requests }: Serving): Promise<ScriptRun> {
  const source = `${load}
    const { Hono } = hono;
    ${routes}
    const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, async ({ port }) => {
      const statuses = [];
      for (const path of ${JSON.stringify(requests)}) {
        statuses.push((await fetch('http://127.0.0.1:' + port + path, { headers: { connection: 'close' } })).status);
      }
      console.log(statuses.join(' '));
      server.close();
    });`;
  const run = await runScript({ type, source, instrumentations: 'hono' });
  expect([run.code, run.stderr]).toEqual([0, '']);
  return run;
}

const names = (run: ScriptRun) => run.spans.map(({ name }) => name);
const exceptions = (run: ScriptRun) =>
  run.spans.map(({ events }) => events.map(({ attributes }) => attributes['exception.message']));
