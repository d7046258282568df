import { createHash } from 'node:crypto';
import { channel } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';

import { targetOf, type Target } from '@clew/spans';
import { LAZILY } from '@clew/spans/internal';
import { recordSpans } from '@clew/testing';
import {
  context,
  propagation,
  trace,
  type Attributes,
  type Span,
  type TextMapPropagator,
  type Tracer,
} from '@opentelemetry/api';
import { suppressTracing } from '@opentelemetry/core';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';

import { UndiciInstrumentation, type UndiciInstrumentationConfig } from './undici.ts';

const received: IncomingMessage['headers'][] = [];
const server = createServer((request, response) => {
  received.push(request.headers);
  if (request.url !== '/never') response.end('far');
});
server.on('upgrade', ({ headers }, socket) => {
  const key = `${headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`; // as RFC 6455 has it
  const accept = createHash('sha1').update(key).digest('base64');
  const lines = ['HTTP/1.1 101 Switching Protocols', 'Connection: Upgrade', 'Upgrade: websocket'];
  socket.write(`${lines.join('\r\n')}\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`);
});
let origin: string;

beforeAll(async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close().closeAllConnections());

test('a request is the child of what is active where it is made', async () => {
  using recorded = recordSpans();
  using _ = instrument();

  await inSpan('first', async () => {
    const answered = fetch(origin);
    await inSpan('second', async () => void (await (await answered).text()));
  });

  expect(recorded.tree()).toBe('first\n  GET\n  second');
});

test.each([
  ['//evil.example/x', '//evil.example/x', undefined],
  ['/a/../b?%', '/b', '%'],
  ['/x??a&b=', '/x', '?a&b='],
])('the path %s stays what is asked for', async (path, urlPath, query) => {
  using recorded = recordSpans();
  using _ = instrument();

  await (await fetch(origin + path)).text();

  const { attributes } = recorded.named('GET');
  expect([attributes['url.path'], attributes['url.query']]).toEqual([urlPath, query]);
  expect([attributes['server.address'], attributes['url.scheme']]).toEqual(['127.0.0.1', 'http']);
});

test('a timeout has the name of its error as type', async () => {
  using recorded = recordSpans();
  using _ = instrument();

  await expect(fetch(`${origin}/never`, { signal: AbortSignal.timeout(1) })).rejects.toThrow('timeout');

  await vi.waitFor(() => expect(recorded.named('GET').attributes['error.type']).toBe('TimeoutError'));
  expect(recorded.named('GET').events[0]?.attributes).toMatchObject({ 'exception.type': 'TimeoutError' });
});

test.each([[undefined], [null], ['text'], [7], [{ message: 'odd' }]])(
  'a request that is given up for %j ends',
  async (reason) => {
    using recorded = recordSpans();
    using _ = instrument();
    const uncaught = vi.fn<() => void>();
    process.once('uncaughtException', uncaught);
    const controller = new AbortController();

    const answered = fetch(`${origin}/never`, { signal: controller.signal });
    controller.abort(reason);
    await answered.catch(() => {});

    await vi.waitFor(() => expect(recorded.tree()).not.toContain('(open)'));
    process.off('uncaughtException', uncaught);
    expect(uncaught).not.toHaveBeenCalled();
  },
);

test('a header that is repeated is captured with each of its values', async () => {
  using recorded = recordSpans();
  using _ = instrument({ headersToSpanAttributes: { requestHeaders: ['X-A'] } });

  channelOf('create').publish({ request: requestOf({ headers: ['x-a', '1', 'X-A', ['2', '3']] }) });

  const { request } = lastRequest;
  channelOf('send').publish({ request, headers: '', socket: {} });
  channelOf('trailers').publish({ request, trailers: [] });
  expect(recorded.named('GET').attributes['http.request.header.x-a']).toEqual(['1', '2', '3']);
});

test('what the tracer refuses has no span, is told to the other side and is asked nothing', async () => {
  using _recorded = recordSpans();
  const startSpan = vi.fn<Tracer['startSpan']>();
  const startSpanHook = vi.fn<() => Attributes>();
  using instrumentation = instrument({ startSpanHook });
  const tracer = { startSpan, [LAZILY]: (): Span => refusedSpan };
  instrumentation.setTracerProvider({ getTracer: () => tracer as unknown as Tracer });
  received.length = 0;

  await (await fetch(origin)).text();

  expect(received[0]?.['traceparent']).toBe(`00-${'a'.repeat(32)}-${'b'.repeat(16)}-00`);
  expect(startSpan).not.toHaveBeenCalled();
  expect(startSpanHook).not.toHaveBeenCalled();
});

test('a request that is made while tracing is suppressed has no span and carries no context', async () => {
  using recorded = recordSpans();
  using _ = instrument();
  received.length = 0;

  await inSpan('outside', () =>
    context.with(suppressTracing(context.active()), async () => (await fetch(origin)).text()),
  );

  expect(recorded.tree()).toBe('outside');
  expect(received[0]).not.toHaveProperty('traceparent');
});

test('the target is on the context from which is injected, and on no other', async () => {
  using _recorded = recordSpans();
  using _ = instrument();
  const targets: (Target | undefined)[] = [];
  const noting: TextMapPropagator = {
    inject: (from) => void targets.push(targetOf(from)),
    extract: (from) => from,
    fields: () => [],
  };
  propagation.disable();
  propagation.setGlobalPropagator(noting);

  await inSpan('outside', async () => {
    await (await fetch(origin.replace('127.0.0.1', 'LOCALHOST'))).text();
    targets.push(targetOf(context.active()));
  });

  expect(targets).toEqual([{ kind: 'http', host: 'localhost' }, undefined]);
});

test('two instrumentations make one span', async () => {
  using recorded = recordSpans();
  const asked = vi.fn<() => void>();
  using _first = instrument({ responseHook: asked });
  using _second = instrument({ responseHook: asked });
  received.length = 0;

  await (await fetch(origin)).text();

  expect(recorded.named('GET').spanContext().spanId).toBe(received[0]?.['traceparent']?.slice(36, 52));
  expect(asked).toHaveBeenCalledOnce();
});

test('two copies make one span and send one traceparent, also where the first refuses', async () => {
  using recorded = recordSpans();
  using first = instrument();
  using _second = instrument({}, other.UndiciInstrumentation);
  received.length = 0;

  await (await fetch(origin)).text();
  first.setTracerProvider({ getTracer: () => ({ [LAZILY]: () => refusedSpan }) as unknown as Tracer });
  await (await fetch(origin)).text();
  first.disable();
  await (await fetch(origin)).text();

  expect(other.UndiciInstrumentation).not.toBe(UndiciInstrumentation);
  expect(recorded.tree()).toBe('GET\nGET');
  const [one, two, three] = recorded.spans.map((span) => span.spanContext().spanId);
  expect(received.map(({ traceparent }) => String(traceparent).slice(36, 52))).toEqual([one, 'b'.repeat(16), two]);
  expect(three).toBeUndefined();
});

test('a request that is open when we are switched off ends its span, and new ones are left alone', async () => {
  using recorded = recordSpans();
  using instrumentation = instrument();
  received.length = 0;

  const answered = fetch(origin);
  instrumentation.disable();
  const other = await fetch(origin);
  await (await answered).text();
  await other.text();

  expect(recorded.tree()).toBe('GET');
  expect(recorded.named('GET').attributes).toMatchObject({ 'http.response.status_code': 200 });
  expect(received.map(({ traceparent }) => typeof traceparent)).toEqual(
    expect.arrayContaining(['string', 'undefined']),
  );
  for (const name of Object.keys(CHANNELS)) expect(channelOf(name as keyof typeof CHANNELS).hasSubscribers).toBe(false);
});

test('a request that is switched off and on around is traced once', async () => {
  using recorded = recordSpans();
  using instrumentation = instrument();

  const answered = fetch(origin);
  instrumentation.disable();
  instrumentation.enable();
  await (await answered).text();
  await (await fetch(origin)).text();

  expect(recorded.tree()).toBe('GET\nGET');
});

test.each([
  ['an end without a start', ['send', 'headers', 'trailers'], ''],
  ['a response without its request being sent', ['create', 'headers', 'trailers'], 'GET'],
  ['an end without a response', ['create', 'trailers'], 'GET'],
  ['a failure at once', ['create', 'error', 'trailers'], 'GET !null'],
] as const)('%s makes a span that ends, or none', (_what, names, tree) => {
  using recorded = recordSpans();
  using _ = instrument();
  const request = requestOf({});

  for (const name of names) channelOf(name).publish({ request, response: null, socket: null, error: null });

  expect(recorded.tree()).toBe(tree);
});

test('a WebSocket that is opened has a span that ends', async () => {
  using recorded = recordSpans();
  using _ = instrument();

  const socket = new WebSocket(origin.replace('http', 'ws'));
  await once(socket, 'open');

  await vi.waitFor(() => expect(recorded.named('GET').attributes).toMatchObject({ 'http.response.status_code': 101 }));
  socket.close();
});

test.each([
  undefined,
  null,
  'text',
  {},
  { request: null },
  { request: 7 },
  { request: {} },
  { request: Object.freeze({ addHeader() {}, origin: 'x', path: '/', method: 'GET', headers: [] }) },
  { request: { addHeader() {}, origin: null, path: null, method: null } },
  { request: { addHeader: () => { throw new Error('no') }, origin: 'http://a', path: '/', method: 'GET', headers: 7 } }, // prettier-ignore
])('a message that nobody knows, %j, throws nothing and stops nothing', async (message) => {
  using recorded = recordSpans();
  using _ = instrument();
  const uncaught = vi.fn<() => void>();
  process.once('uncaughtException', uncaught);

  for (const name of Object.keys(CHANNELS)) channelOf(name as keyof typeof CHANNELS).publish(message);
  await (await fetch(origin)).text();
  await new Promise((resolve) => void setImmediate(resolve)); // Node throws what a subscriber threw in a later tick
  process.off('uncaughtException', uncaught);

  expect(uncaught).not.toHaveBeenCalled();
  expect(recorded.tree()).toContain('GET');
});

test('an end that is published twice, and what follows an end, changes nothing', () => {
  using recorded = recordSpans();
  using _ = instrument();
  const request = requestOf({});

  channelOf('create').publish({ request });
  channelOf('create').publish({ request });
  channelOf('trailers').publish({ request, trailers: [] });
  channelOf('error').publish({ request, error: new Error('late') });
  channelOf('headers').publish({ request, response: { statusCode: 500, headers: [] } });

  expect(recorded.named('GET').status.code).toBe(0);
  expect(recorded.named('GET').attributes).not.toHaveProperty('http.response.status_code');
});

test('a request that is traced shows nothing of it but its header', () => {
  using _recorded = recordSpans();
  using _ = instrument();
  const request = requestOf({});
  const keys = Reflect.ownKeys(request);

  channelOf('create').publish({ request });

  expect(Reflect.ownKeys(request)).toEqual(keys);
  expect(inspect(request, { showHidden: true })).not.toMatch(/clew|exchange|span/i);
  channelOf('trailers').publish({ request, trailers: [] });
});

test('a password in the origin is in no attribute', () => {
  using recorded = recordSpans();
  using _ = instrument();
  const request = requestOf({ origin: new URL('https://me:secret@host.example') });

  channelOf('create').publish({ request });
  channelOf('trailers').publish({ request, trailers: [] });

  expect(recorded.named('GET').attributes).toMatchObject({
    'url.full': 'https://REDACTED:REDACTED@host.example/',
    'server.address': 'host.example',
    'server.port': 443,
  });
});

test('headers as text, as undici 5 has them, get one traceparent', () => {
  using recorded = recordSpans();
  using _ = instrument();
  const request = requestOf({ headers: 'X-A: 1\r\nTraceparent: old\r\nUser-Agent: mine\r\n' });

  channelOf('create').publish({ request });
  channelOf('trailers').publish({ request, trailers: [] });

  expect(request.headers).toMatch(/^X-A: 1\r\nUser-Agent: mine\r\ntraceparent: 00-[^\r]+\r\n$/);
  expect(recorded.named('GET').attributes['user_agent.original']).toBe('mine');
});

const refusedSpan = trace.wrapSpanContext({ traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 0 });

const CHANNELS = {
  create: 'undici:request:create',
  send: 'undici:client:sendHeaders',
  headers: 'undici:request:headers',
  trailers: 'undici:request:trailers',
  error: 'undici:request:error',
};
const channelOf = (name: keyof typeof CHANNELS) => channel(CHANNELS[name]);

let lastRequest: { request: ReturnType<typeof requestOf> };

function requestOf(parts: { origin?: unknown; headers?: unknown }) {
  const request = {
    origin: 'http://host.example',
    path: '/',
    method: 'GET',
    headers: [] as unknown,
    ...parts,
    addHeader(name: string, value: string) {
      if (Array.isArray(request.headers)) request.headers.push(name, value);
      else request.headers = `${String(request.headers)}${name}: ${value}\r\n`;
    },
  };
  lastRequest = { request };
  return request;
}

/** The built copy: none of its modules is one of those above. */
const other = createRequire(import.meta.url)('@clew/instrumentations/undici') as typeof import('./undici.ts');

function instrument(config: UndiciInstrumentationConfig = {}, Class = UndiciInstrumentation) {
  const instrumentation = new Class(config);
  return Object.assign(instrumentation, { [Symbol.dispose]: () => instrumentation.disable() });
}

function inSpan<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
  return trace.getTracer('app').startActiveSpan(name, (span) => work().finally(() => span.end()));
}
