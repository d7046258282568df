import { createServer, request as forward, type IncomingMessage, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createSecureServer, type ServerHttp2Stream } from 'node:http2';
import { createRequire } from 'node:module';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

import { UndiciInstrumentation, type UndiciInstrumentationConfig } from '@clew/instrumentations/undici';
import { recordSpans } from '@clew/testing';
import { metrics, trace, type Attributes, type MeterProvider } from '@opentelemetry/api';
import type { Instrumentation } from '@opentelemetry/instrumentation';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { cachedInstall } from '../support/cached-install.ts';
import { npmInstall } from '../support/npm-install.ts';

// The same requests under upstream's instrumentation and under ours: spans, durations and what goes over the wire.

type InstrumentationClass = new (config: UndiciInstrumentationConfig) => Instrumentation;
type Undici = Record<string, (...args: unknown[]) => unknown> & {
  request(url: string | URL, options?: object): Promise<{ statusCode: number; body: { text(): Promise<string> } }>;
  fetch: typeof fetch;
  Client: new (url: string, options?: object) => Client;
  ProxyAgent: new (url: string | object) => Client;
};
interface Client {
  request(options: object): Promise<{ body: { text(): Promise<string> } }>;
  upgrade(options: object): Promise<{ socket: { destroy(): void } }>;
  close(): Promise<void>;
  destroy(): Promise<void>;
}

const require = createRequire(import.meta.url);
const catalogue = createRequire(require.resolve('@opentelemetry/auto-instrumentations-node'));
const { UndiciInstrumentation: Upstream } = catalogue('@opentelemetry/instrumentation-undici') as {
  UndiciInstrumentation: InstrumentationClass;
};

const VERSIONS = { undici5: '5.0.0', undici6: '6.21.2', undici7: '7.30.2', undici8: '8.13.1' };
const FOREIGN = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

let origin: string;
let ipv6Origin: string;
let copies: Record<string, Undici>;
const received: IncomingMessage['rawHeaders'][] = [];
const server = createServer(answer);
const ipv6Server = createServer(answer);

beforeAll(async () => {
  const folder = await cachedInstall(`undici-${Object.values(VERSIONS).join('-')}`, (draft) =>
    npmInstall(draft, ...Object.entries(VERSIONS).map(([name, version]) => `${name}@npm:undici@${version}`)),
  );
  const load = createRequire(join(folder, 'index.js'));
  copies = Object.fromEntries(Object.keys(VERSIONS).map((name) => [name, load(name) as Undici]));
  server.on('upgrade', (_request, socket) => {
    socket.end('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n');
  });
  await Promise.all([once(server.listen(0, '127.0.0.1'), 'listening'), once(ipv6Server.listen(0, '::1'), 'listening')]);
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  ipv6Origin = `http://[::1]:${(ipv6Server.address() as AddressInfo).port}`;
}, 120_000);

afterAll(() => {
  for (const each of [server, ipv6Server]) each.close().closeAllConnections();
});

function answer(request: IncomingMessage, response: ServerResponse): void {
  received.push(request.rawHeaders);
  const { pathname } = new URL(request.url ?? '/', 'http://here');
  request.resume();
  if (pathname === '/never') return;
  if (pathname === '/cut') return void request.socket.destroy();
  if (pathname === '/half') return void response.writeHead(200).write('half');
  if (pathname === '/half-cut') {
    response.writeHead(200, { 'content-length': '10' }).write('half', () => request.socket.destroy());
    return;
  }
  if (pathname === '/redirect') return void response.writeHead(302, { location: '/ok?from=redirect' }).end();
  if (pathname.startsWith('/status/')) response.statusCode = Number(pathname.slice(8));
  response.setHeader('x-answer', ['1', '2']);
  request.on('end', () => response.end(request.method));
}

const outcome = (work: Promise<unknown>) => work.catch((error: Error) => error.name);
const text = async (response: Response | Promise<Response>) => (await response).text();
const body = async (response: ReturnType<Undici['request']>) => (await response).body.text();

/** Spans and durations of this work under one of the two. */
async function observe(
  Instrumented: InstrumentationClass,
  work: () => Promise<unknown>,
  config: UndiciInstrumentationConfig = {},
) {
  using recorded = recordSpans();
  using measured = measureDurations();
  const instrumentation = new Instrumented(config);
  instrumentation.setMeterProvider(measured.provider);
  received.length = 0;
  await trace
    .getTracer('app')
    .startActiveSpan('app', (span) => work().finally(() => span.end()))
    .then(() => untilSettled(() => recorded.tree()))
    .finally(() => instrumentation.disable());
  const tree = recorded.tree();
  const spans = inOrder(recorded.spans.filter(({ name }) => name !== 'app').map(facts));
  return { tree, spans, durations: await measured.read(), traceparents: received.map(traceparentsOf) };
}

/** Errors are published after those who wait have been told. */
async function untilSettled(read: () => string): Promise<void> {
  for (let turns = 0; read().includes('(open)') && turns < 50; turns++) await setTimeout(2);
}

function facts({ name, kind, attributes, status, events }: ReadableSpan) {
  const errors = events.map((event) => ({ ...event.attributes, 'exception.stacktrace': '' }));
  return { name, kind, attributes: settle(attributes), status, errors };
}

/** Where ours differ, by intention: the README of `@clew/instrumentations` names each. */
function settle(given: Attributes): Attributes {
  const { 'http.request.method_original': original, 'url.query': query, ...others } = given;
  const attributes: Attributes = { ...others };
  if (original !== given['http.request.method'] && original !== undefined)
    attributes['http.request.method_original'] = original;
  if (typeof query === 'string' && query !== '') attributes['url.query'] = query.replace(/^\?/, '');
  return attributes;
}

function measureDurations() {
  const { MeterProvider: Provider, MetricReader } = catalogue('@opentelemetry/sdk-metrics') as {
    MeterProvider: new (options: object) => MeterProvider & { shutdown(): Promise<void> };
    MetricReader: new () => { collect(): Promise<{ resourceMetrics: { scopeMetrics: { metrics: Metric[] }[] } }> };
  };
  class Reader extends MetricReader {
    async onForceFlush(): Promise<void> {}
    async onShutdown(): Promise<void> {}
  }
  const reader = new Reader();
  const provider = new Provider({ readers: [reader] });
  return {
    provider,
    async read() {
      const { resourceMetrics } = await reader.collect();
      return resourceMetrics.scopeMetrics.flatMap(({ metrics: all }) =>
        all.map(({ descriptor: { name, unit, description, advice }, dataPoints }) => ({
          metric: { name, unit, description, advice },
          points: inOrder(dataPoints.map(({ attributes, value: { count } }) => ({ attributes, count }))),
        })),
      );
    },
    [Symbol.dispose]: () => metrics.disable(),
  };
}

interface Metric {
  readonly descriptor: { name: string; unit: string; description: string; advice: object };
  readonly dataPoints: { attributes: Attributes; value: { count: number } }[];
}

/** Requests that run side by side end in any order. */
const inOrder = <Each>(all: Each[]) => all.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));

const traceparentsOf = (headers: string[]) => headers.filter((name) => name.toLowerCase() === 'traceparent').length;

async function observeBoth(work: () => Promise<unknown>, config?: UndiciInstrumentationConfig) {
  const upstream = await observe(Upstream, work, config);
  return { upstream, ours: await observe(UndiciInstrumentation, work, config) };
}

describe('fetch of Node', () => {
  const aborted = (path: string, reason?: unknown) => async () => {
    const controller = new AbortController();
    const hasCome = once(server, 'request');
    const answered = fetch(origin + path, { signal: controller.signal });
    const read = path === '/half' ? text(await answered) : answered;
    await hasCome;
    controller.abort(reason);
    return outcome(read);
  };

  test.each<[string, () => Promise<unknown>]>([
    ['GET', () => text(fetch(`${origin}/ok`))],
    ['a query', () => text(fetch(`${origin}/ok?a=1&b=%20c&token=abc`))],
    ['POST', () => text(fetch(`${origin}/ok`, { method: 'POST', body: 'body' }))],
    ['HEAD', () => text(fetch(`${origin}/ok`, { method: 'HEAD' }))],
    ['OPTIONS in lower case', () => text(fetch(`${origin}/ok`, { method: 'options' }))],
    ['a method that nobody knows', () => outcome(text(fetch(`${origin}/ok`, { method: 'PURGE' })))],
    ['a method in mixed case', () => outcome(text(fetch(`${origin}/ok`, { method: 'Patch' })))],
    ['a path with other letters', () => text(fetch(`${origin}/ä/ b?ü=é#f`))],
    ['204', () => text(fetch(`${origin}/status/204`))],
    ['404', () => text(fetch(`${origin}/status/404`))],
    ['500', () => text(fetch(`${origin}/status/500`))],
    ['a user agent', () => text(fetch(`${origin}/ok`, { headers: { 'User-Agent': 'mine' } }))],
    ['IPv6', () => text(fetch(`${ipv6Origin}/ok`))],
    ['a redirect', () => text(fetch(`${origin}/redirect`))],
    ['a refused connection', () => outcome(fetch('http://127.0.0.1:2/'))],
    ['a host that there is not', () => outcome(fetch('http://nowhere.invalid/'))],
    ['a connection that is cut', () => outcome(fetch(`${origin}/cut`, { method: 'POST', body: 'x' }))],
    ['a response that is cut', () => outcome(text(fetch(`${origin}/half-cut`)))],
    ['an abort before the response', aborted('/never')],
    ['an abort within the response', aborted('/half')],
    ['an abort for a reason', aborted('/never', new RangeError('enough'))],
    ['a stream of chunks', () => text(fetch(`${origin}/ok`, { method: 'PUT', ...streaming() }))],
    ['several at once', () => Promise.all([1, 2, 3].map((n) => text(fetch(`${origin}/ok?n=${n}`))))],
  ])('%s', async (_, work) => {
    const { upstream, ours } = await observeBoth(work);

    expect(ours.spans.length).toBeGreaterThan(0);
    expect(ours).toEqual(upstream);
  });
});

const certificate = (file: string) => readFileSync(new URL(`../exporting/certificates/${file}`, import.meta.url));

/** Takes tunnels, and requests that name their host. */
async function startProxy() {
  const sockets = new Set<Socket>();
  const proxy = createServer((incoming, response) => {
    const { method, headers, url = '' } = incoming;
    const outgoing = forward(url, { method, headers }, (far) => far.pipe(response.writeHead(far.statusCode ?? 0)));
    incoming.pipe(outgoing);
  });
  proxy.on('connection', (socket: Socket) => void sockets.add(socket));
  proxy.on('connect', ({ url = '' }, near: Socket) => {
    const far = connect(Number(url.split(':')[1]), '127.0.0.1', () => {
      near.write('HTTP/1.1 200 OK\r\n\r\n');
      near.pipe(far).pipe(near);
    });
    for (const socket of [near, far]) socket.on('error', () => far.destroy());
  });
  await once(proxy.listen(0, '127.0.0.1'), 'listening');
  const close = () => {
    proxy.close();
    for (const socket of sockets) socket.destroy();
  };
  return { url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`, close };
}

function streaming(): RequestInit {
  const { readable, writable } = new TransformStream();
  const writer = writable.getWriter();
  void writer
    .write(new Uint8Array([1]))
    .then(() => writer.write(new Uint8Array([2])))
    .then(() => writer.close());
  return { body: readable, duplex: 'half' } as RequestInit;
}

describe.each(Object.keys(VERSIONS))('%s', (name) => {
  const withClient = async (use: (client: Client) => Promise<unknown>, options?: object) => {
    const client = new copies[name]!.Client(origin, options);
    try {
      await use(client);
    } finally {
      await client.destroy();
    }
  };

  test.each<[string, (undici: Undici) => Promise<unknown>]>([
    ['a request', ({ request }) => body(request(`${origin}/ok?a=1`))],
    ['a URL', ({ request }) => body(request(new URL(`${origin}/ok`), { method: 'DELETE' }))],
    ['a query', ({ request }) => body(request(`${origin}/ok`, { query: { a: 'b c' } }))],
    ['500', ({ request }) => body(request(`${origin}/status/500`))],
    ['fetch', async (undici) => text(await undici.fetch(`${origin}/ok`))],
    ['a refused connection', ({ request }) => outcome(request('http://127.0.0.1:2/'))],
    ['a connection that is cut', ({ request }) => outcome(request(`${origin}/cut`, { method: 'POST', body: 'x' }))],
    [
      'headers by name',
      ({ request }) => outcome(body(request(origin, { headers: { 'user-agent': 'a', 'x-b': ['1', '2'] } }))),
    ],
    [
      'headers in turn',
      ({ request }) => body(request(origin, { headers: ['X-A', '1', 'User-Agent', 'b', 'x-a', '2'] })),
    ],
    ['a timeout', ({ request }) => outcome(request(`${origin}/never`, { headersTimeout: 1 }))],
  ])('%s', async (_, work) => {
    const { upstream, ours } = await observeBoth(() => work(copies[name]!));

    expect(ours).toEqual(upstream);
  });

  test('a client, with pipelining and a URL as its path', async () => {
    const { upstream, ours } = await observeBoth(() =>
      withClient(
        (client) =>
          Promise.all(
            ['/ok', '/ok?second', 'http://other.example:81/ok?third'].map(async (path) =>
              (await client.request({ path, method: 'GET' })).body.text(),
            ),
          ),
        { pipelining: 3 },
      ),
    );

    expect(ours).toEqual(upstream);
  });

  test('requests that are given up with their client', async () => {
    const { upstream, ours } = await observeBoth(() =>
      withClient(async (client) => {
        const all = ['/never', '/ok'].map((path) => outcome(client.request({ path, method: 'GET' })));
        await client.destroy();
        await Promise.all(all);
      }),
    );

    expect(ours).toEqual(upstream);
  });

  test.each([true, false])('a proxy, tunnelled: %s', async (proxyTunnel) => {
    const proxy = await startProxy();
    const { upstream, ours } = await observeBoth(async () => {
      const dispatcher = new copies[name]!.ProxyAgent({ uri: proxy.url, proxyTunnel });
      await body(copies[name]!.request(`${origin}/ok?far`, { dispatcher }));
      await dispatcher.close();
    });
    proxy.close();

    expect(ours.spans.map(({ attributes }) => attributes['url.full'])).toContain(`${origin}/ok?far`);
    expect(ours).toEqual(upstream);
  });

  test.skipIf(name === 'undici5')('HTTP/2', async () => {
    const far = createSecureServer({ key: certificate('server.key'), cert: certificate('server.pem') });
    far.on('stream', (stream: ServerHttp2Stream, headers) => {
      received.push(Object.entries(headers).flat().map(String));
      stream.respond({ ':status': 200, 'x-answer': 'far' });
      stream.end('far');
    });
    await once(far.listen(0, '127.0.0.1'), 'listening');
    const url = `https://127.0.0.1:${(far.address() as AddressInfo).port}`;
    const connectOptions = { rejectUnauthorized: false };

    const { upstream, ours } = await observeBoth(
      async () => {
        const client = new copies[name]!.Client(url, { allowH2: true, connect: connectOptions });
        await (await client.request({ path: '/ok?a', method: 'GET', headers: { 'x-own': '1' } })).body.text();
        await client.destroy();
      },
      { headersToSpanAttributes: { requestHeaders: ['x-own'] } },
    );
    far.close();

    const version = name === 'undici6' ? undefined : '2'; // it publishes nothing when it sends
    expect(ours.spans[0]?.attributes['network.protocol.version']).toBe(version);
    expect(ours.traceparents).toEqual([1]);
    expect(ours).toEqual(upstream);
  });

  test('an upgrade ends its span, with the status', async () => {
    const { spans, durations } = await observe(UndiciInstrumentation, () =>
      withClient(async (client) => (await client.upgrade({ path: '/', protocol: 'echo' })).socket.destroy()),
    );

    expect(spans.map(({ attributes }) => attributes['http.response.status_code'])).toEqual([101]);
    expect(durations[0]?.points.map(({ count }) => count)).toEqual([1]);
  });

  test.each<[string, object]>([
    ['by name', { traceparent: FOREIGN }],
    ['in another case', { TraceParent: FOREIGN }],
    ['in turn', ['x-a', '1', 'Traceparent', FOREIGN, 'traceparent', FOREIGN]],
  ])('a traceparent of the application %s makes no second one, and its object stays', async (_, headers) => {
    const before = JSON.stringify(headers);

    const { traceparents } = await observe(UndiciInstrumentation, () =>
      body(copies[name]!.request(origin, { headers: Object.freeze(headers) })),
    );

    expect(traceparents).toEqual([1]);
    expect(received[0]).not.toContain(FOREIGN);
    expect(JSON.stringify(headers)).toBe(before);
  });
});

describe('options', () => {
  const seen: unknown[] = [];
  const work = () =>
    Promise.all([
      text(fetch(`${origin}/ok?1`, { headers: { 'X-Own': 'a', 'User-Agent': 'b' } })),
      text(fetch(`${origin}/status/404`, { headers: [['x-own', 'c']] })),
      outcome(fetch('http://127.0.0.1:2/')),
    ]);

  test.each<[string, UndiciInstrumentationConfig]>([
    ['none', {}],
    ['ignoreRequestHook', { ignoreRequestHook: ({ path }) => path.startsWith('/ok') }],
    ['startSpanHook', { startSpanHook: ({ path }) => ({ path, 'url.full': 'own' }) }],
    ['requestHook', { requestHook: (span, { path }) => void span.setAttribute('path', path).updateName('own') }],
    [
      'responseHook',
      {
        responseHook: (span, { request, response: { statusCode, headers } }) =>
          void span.setAttribute('response', `${request.path} ${statusCode} ${String(headers[0])}`),
      },
    ],
    ['requireParentforSpans', { requireParentforSpans: true }],
    [
      'headersToSpanAttributes',
      {
        headersToSpanAttributes: {
          requestHeaders: ['X-Own', 'traceparent-not'],
          responseHeaders: ['x-Answer', 'DATE-not'],
        },
      },
    ],
    [
      'hooks that throw',
      {
        ignoreRequestHook: fails('ignoreRequestHook'),
        startSpanHook: fails('startSpanHook'),
        requestHook: fails('requestHook'),
        responseHook: fails('responseHook'),
      },
    ],
  ])('%s', async (name, config) => {
    const { upstream, ours } = await observeBoth(work, config);

    expect(ours).toEqual(upstream);
    if (name.startsWith('hooks')) expect(new Set(seen).size).toBe(4);
  });

  function fails(name: string) {
    return () => {
      seen.push(name);
      throw new Error(name);
    };
  }
});
