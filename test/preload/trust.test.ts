import { createServer, type IncomingHttpHeaders } from 'node:http';

import { runApp, type RunningApp } from '@clew/testing';
import { describe, expect, test } from 'vitest';

import { fixture } from '../support/fixture.ts';

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
const PARENT_ID = 'b7ad6b7169203331';
const SAMPLED = `00-${TRACE_ID}-${PARENT_ID}-01`;

// An edge that forwards every request to the service that DOWNSTREAM names, by fetch or by http.
const EDGE = `
  import { createServer, get } from 'node:http';
  const server = createServer(async (request, response) => {
    const url = process.env.DOWNSTREAM + request.url;
    if (request.url.startsWith('/http')) await new Promise((done) => get(url, (r) => r.resume().on('end', done)));
    else await (await fetch(url)).text();
    response.end('ok');
  }).listen(0, '127.0.0.1', () => console.log('listening', server.address().port));
`;

describe('with trust none', () => {
  test.each(['/fetch', '/http'])(
    '%s: the trace starts here, linked to the foreign one, and no baggage goes on',
    async (path) => {
      await using edge = await startEdge({ CLEW_TRUST: 'none' });

      await edge.ask(path, { traceparent: SAMPLED, tracestate: 'rival=1', baggage: 'user=eve' });

      const server = await edge.serverSpan();
      expect(server.parentSpanId).toBeUndefined();
      expect(server.traceId).not.toBe(TRACE_ID);
      expect(server.links.map(({ traceId, spanId }) => [traceId, spanId])).toEqual([[TRACE_ID, PARENT_ID]]);
      const [forwarded] = edge.received;
      expect(forwarded?.['traceparent']).toMatch(new RegExp(`^00-${server.traceId}-[\\da-f]{16}-03$`));
      expect(forwarded?.['baggage']).toBeUndefined();
      expect(forwarded?.['tracestate']).toBeUndefined();
    },
  );

  test('a caller that forces sampling gets no more than the sampler gives', async () => {
    const env = { CLEW_TRUST: 'none', OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.1' };
    await using edge = await startEdge(env);

    for (let i = 0; i < 100; i++) {
      await Promise.all(Array.from({ length: 10 }, () => edge.ask('/fetch', { traceparent: SAMPLED, baggage: 'a=b' })));
    }
    const recorded = await edge.endAndCount();

    expect(recorded).toBeGreaterThan(50); // binomial with 1,000 and 0.1: more than five sigmas
    expect(recorded).toBeLessThan(150);
    expect(edge.received).toHaveLength(1000);
    expect(edge.received.filter(({ baggage }) => baggage !== undefined)).toEqual([]);
  });
});

test('with the default everybody is trusted, as OpenTelemetry has it', async () => {
  await using edge = await startEdge({});

  await edge.ask('/fetch', { traceparent: SAMPLED, tracestate: 'rival=1', baggage: 'user=ada;tier=gold' });

  const server = await edge.serverSpan();
  expect(server).toMatchObject({ traceId: TRACE_ID, parentSpanId: PARENT_ID });
  expect(edge.received[0]).toMatchObject({ tracestate: 'rival=1', baggage: 'user=ada;tier=gold' });
  // The random flag was not set by the caller, so it is not set by us: https://www.w3.org/TR/trace-context-2/#random-trace-id-flag
  expect(edge.received[0]?.['traceparent']).toMatch(new RegExp(`^00-${TRACE_ID}-[\\da-f]{16}-01$`));
});

test('a function decides by what is known of the request, and a function that throws trusts nobody', async () => {
  const config = `export default { trust: (incoming) => {
    if (incoming.path === '/throws') throw new Error('no decision');
    return incoming.kind === 'http' && incoming.remoteAddress === '127.0.0.1' && incoming.header('X-Mesh') === 'yes';
  } };`;
  await using edge = await startEdge({}, { 'clew.config.mjs': config });

  await edge.ask('/mesh', { traceparent: SAMPLED, 'x-mesh': 'yes' });
  await edge.ask('/street', { traceparent: SAMPLED });
  await edge.ask('/throws', { traceparent: SAMPLED, 'x-mesh': 'yes' });

  const spans = await edge.app.waitForSpans(({ kind }) => kind === 2, { count: 3 });
  const traceOf = (path: string) => spans.find(({ attributes }) => attributes['url.path'] === path)?.traceId;
  expect(traceOf('/mesh')).toBe(TRACE_ID);
  expect(traceOf('/street')).not.toBe(TRACE_ID);
  expect(traceOf('/throws')).not.toBe(TRACE_ID);
  expect(edge.app.stderr).toMatch(/^clew: the trust option failed: Error at \S+:\d+:\d+\n$/);
});

describe('what is propagated', () => {
  test.each<[path: string, env: NodeJS.ProcessEnv, trace: boolean, baggage: boolean]>([
    ['/fetch', { CLEW_PROPAGATE_BAGGAGE: 'internal.example' }, true, false],
    ['/http', { CLEW_PROPAGATE_BAGGAGE: 'internal.example' }, true, false],
    ['/fetch', { CLEW_PROPAGATE_BAGGAGE: '127.0.0.1' }, true, true],
    ['/http', { CLEW_PROPAGATE_BAGGAGE: '127.0.0.1' }, true, true],
    ['/fetch', { CLEW_PROPAGATE_TRACE: 'internal.example' }, false, true],
    ['/http', { CLEW_PROPAGATE_TRACE: '*.0.0.1' }, true, true],
    ['/http', { CLEW_PROPAGATE_TRACE: 'internal.example', OTEL_TRACES_SAMPLER: 'always_off' }, false, true],
    ['/fetch', { CLEW_PROPAGATE_BAGGAGE: 'internal.example', OTEL_TRACES_SAMPLER: 'always_off' }, true, false],
  ])('%s with %j: trace %s, baggage %s', async (path, env, trace, baggage) => {
    await using edge = await startEdge(env);

    await edge.ask(path, { traceparent: SAMPLED, baggage: 'user=ada' });

    const [forwarded] = edge.received;
    expect([forwarded?.['traceparent'] !== undefined, forwarded?.['baggage'] !== undefined]).toEqual([trace, baggage]);
  });
});

test('hosts are known to http after a shutdown and a second start, too', async () => {
  using folder = fixture({
    'app.mjs': `
      import { start } from '@clew/sdk';
      const options = { propagate: { trace: ['127.0.0.1'] }, exporters: { traces: ['none'] } };
      await start(options).shutdown();
      start(options);
      const { createServer, get } = await import('node:http');
      const server = createServer((request, response) => {
        console.log(request.headers.traceparent !== undefined);
        response.end();
      }).listen(0, '127.0.0.1', () => {
        get({ port: server.address().port, host: '127.0.0.1' }, (response) => response.resume().on('end', () => server.close()));
      });`,
  });
  await using app = await runApp({ args: ['app.mjs'], cwd: folder.path, preload: false });

  await app.exited;

  expect(app.stderr).toBe('');
  expect(app.stdout).toBe('true\n');
});

test('traceResponse sends the trace id back', async () => {
  await using edge = await startEdge({ CLEW_TRACE_RESPONSE: 'true' });

  const response = await edge.ask('/fetch', {});

  const server = await edge.serverSpan();
  expect(response.headers.get('traceresponse')).toBe(`00-${server.traceId}-${server.spanId}-01`);
});

async function startEdge(env: NodeJS.ProcessEnv, files: Readonly<Record<string, string>> = {}) {
  const folder = fixture({ 'edge.mjs': EDGE, ...files });
  const received: IncomingHttpHeaders[] = [];
  const downstream = createServer((request, response) => {
    received.push(request.headers);
    response.end();
  });
  await new Promise<void>((resolve) => void downstream.listen(0, '127.0.0.1', resolve));
  const { port } = downstream.address() as { port: number };
  const app: RunningApp = await runApp({
    args: ['edge.mjs'],
    cwd: folder.path,
    env: { DOWNSTREAM: `http://127.0.0.1:${port}`, ...env },
  });
  const [, edgePort = ''] = await app.untilStdout(/listening (\d+)/);
  return {
    app,
    received,
    ask: async (path: string, headers: Record<string, string>) => {
      const response = await fetch(`http://127.0.0.1:${edgePort}${path}`, { headers });
      await response.text();
      return response;
    },
    serverSpan: async () => {
      const [span] = await app.waitForSpans(({ kind }) => kind === 2);
      if (span === undefined) throw new Error('no server span');
      return span;
    },
    /** Ends the edge and counts its server spans. */
    endAndCount: async () => {
      app.kill('SIGTERM');
      await app.exited;
      return app.spans().filter(({ kind }) => kind === 2).length;
    },
    async [Symbol.asyncDispose]() {
      await app[Symbol.asyncDispose]();
      downstream.closeAllConnections();
      downstream.close();
      folder[Symbol.dispose]();
    },
  };
}
