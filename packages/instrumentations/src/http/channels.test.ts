import { channel } from 'node:diagnostics_channel';
import http from 'node:http';
import { createRequire } from 'node:module';

import { recordSpans } from '@clew/testing';
import { LAZILY } from '@clew/spans/internal';
import { trace, type TracerProvider } from '@opentelemetry/api';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { runScript } from '../../test/run-script.ts';
import { ask, serve } from '../../test/serve.ts';
import { HttpInstrumentation } from './http.ts';

const STARTS = channel('http.server.request.start');
const CREATED = channel('http.client.request.created');
const COMES = channel('http.client.response.finish');
const PATCHED = [http.ClientRequest, http.IncomingMessage, http.ServerResponse];

/** The built copy: none of its modules is one of those above. */
const other = createRequire(import.meta.url)('@clew/instrumentations/http') as typeof import('./http.ts');

let first: HttpInstrumentation;

beforeEach(() => {
  first = new HttpInstrumentation();
});

afterEach(() => first.disable());

describe('with two copies in one process', () => {
  let second: HttpInstrumentation;

  beforeEach(() => {
    second = new other.HttpInstrumentation();
  });

  afterEach(() => second.disable());

  test('a request has one span on each side, and one traceparent', async () => {
    using recorded = recordSpans();
    await using server = await serve(({ rawHeaders }, response) => response.end(String(traceparentsIn(rawHeaders))));

    const told = [await ask(server.port, {}), await ask(server.port, { headers: ['Host', 'x'] })];

    expect(other.HttpInstrumentation).not.toBe(HttpInstrumentation);
    expect(told).toEqual(['1', '1']);
    expect(recorded.tree()).toBe('GET\n  GET\nGET\n  GET');
  });

  test('the first takes it with its hooks, and the second does when the first is off', async () => {
    using recorded = recordSpans();
    const hooks = [vi.fn<() => void>(), vi.fn<() => void>()] as const;
    first.setConfig({ requestHook: hooks[0], applyCustomAttributesOnSpan: hooks[0] });
    second.setConfig({ requestHook: hooks[1], applyCustomAttributesOnSpan: hooks[1] });
    await using server = await serve((_request, response) => response.end());

    await ask(server.port, {});
    const calls = hooks.map(({ mock }) => mock.calls.length);
    first.disable();
    await ask(server.port, {});

    expect(calls).toEqual([4, 0]);
    expect(hooks.map(({ mock }) => mock.calls.length)).toEqual([4, 4]);
    expect(recorded.tree()).toBe('GET\n  GET\nGET\n  GET');
  });

  test('what the first one refuses is not taken by the second', async () => {
    using recorded = recordSpans();
    const spanContext = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 0 };
    const refusing = { getTracer: () => ({ [LAZILY]: () => trace.wrapSpanContext(spanContext) }) };
    first.setTracerProvider(refusing as unknown as TracerProvider);
    await using server = await serve(({ headers }, response) => response.end(headers['traceparent']));

    expect(await ask(server.port, {})).toBe(`00-${'a'.repeat(32)}-${'b'.repeat(16)}-00`);

    expect(recorded.spans).toEqual([]);
  });

  test('what the first one ignores is not traced by the second, with all that is done for it', async () => {
    using recorded = recordSpans();
    first.setConfig({ ignoreIncomingRequestHook: () => true, ignoreOutgoingRequestHook: () => true });
    second.setConfig({ ignoreOutgoingRequestHook: () => true });
    await using server = await serve((_request, response) => response.end());

    await ask(server.port, {});

    expect(recorded.spans).toEqual([]);
  });

  test('they are switched off and on in any order, and the classes are as before', async () => {
    using recorded = recordSpans();
    await using server = await serve((_request, response) => response.end());

    first.disable();
    first.enable();
    second.disable();
    first.disable();
    second.enable();
    await ask(server.port, {});
    first.enable();
    await ask(server.port, {});
    first.disable();
    second.disable();

    expect(recorded.tree()).toBe('GET\n  GET\nGET\n  GET');
    expect(PATCHED.map(({ prototype }) => Object.hasOwn(prototype, 'emit'))).toEqual([false, false, false]);
  });
});

describe('switched off while requests are open', () => {
  test('their spans end with them, and new ones are left alone', async () => {
    using recorded = recordSpans();
    await using server = await serve(async ({ url }, response) => {
      if (url === '/open') {
        first.disable();
        await ask(server.port, { path: '/new' });
      }
      response.writeHead(url === '/open' ? 202 : 200).end();
    });

    await ask(server.port, { path: '/open' });

    expect(recorded.tree()).toBe('GET\n  GET');
    expect(recorded.spans.map(({ attributes }) => attributes['http.response.status_code'])).toEqual([202, 202]);
    expect(PATCHED.map(({ prototype }) => Object.hasOwn(prototype, 'emit'))).toEqual([false, false, false]);
    expect([STARTS, CREATED, COMES].map(({ hasSubscribers }) => hasSubscribers)).toEqual([false, false, false]);
  });

  test('and on again, new ones are traced and none is twice', async () => {
    using recorded = recordSpans();
    await using server = await serve(async ({ url }, response) => {
      if (url === '/open') {
        for (let times = 0; times < 3; times++) {
          first.disable();
          first.enable();
        }
        await ask(server.port, { path: '/new' });
      }
      response.end();
    });

    await ask(server.port, { path: '/open' });

    expect(recorded.tree()).toBe('GET\n  GET\n    GET\n      GET');
  });

  test('an ignored one stays ignored to its end', async () => {
    using recorded = recordSpans();
    first.setConfig({ ignoreIncomingRequestHook: () => true });
    await using server = await serve((_request, response) => {
      first.disable();
      response.on('finish', () => trace.getTracer('app').startSpan('work').end());
      response.end();
    });

    await ask(server.port, {});

    expect(recorded.tree()).toBe('GET');
    expect(Object.hasOwn(http.ServerResponse.prototype, 'emit')).toBe(false);
  });
});

describe('a request that is emitted by hand', () => {
  test.each(['itself', 'another server'])('once more, to %s, has the one span', async (receiver) => {
    using recorded = recordSpans();
    const handler: http.RequestListener = (_request, response) => {
      trace.getActiveSpan()?.setAttribute('handled', true);
      response.writeHead(201).end();
    };
    const behind = http.createServer(handler);
    await using front = await serve((request, response) => {
      const target = receiver === 'itself' ? front.server.removeAllListeners('request').on('request', handler) : behind;
      target.emit('request', request, response);
    });

    await ask(front.port, {});

    expect(recorded.tree()).toBe('GET\n  GET');
    expect(
      recorded.spans.map(({ attributes }) => [attributes['handled'], attributes['http.response.status_code']]),
    ).toEqual(
      expect.arrayContaining([
        [true, 201],
        [undefined, 201],
      ]),
    );
  });

  test('with messages of its own has no span, and is handled where it was emitted', () => {
    using recorded = recordSpans();
    const seen: unknown[] = [];
    const server = http.createServer(() => seen.push(trace.getActiveSpan()));

    const request = new http.IncomingMessage(null as never);
    trace.getTracer('app').startActiveSpan('app', (span) => {
      server.emit('request', request, new http.ServerResponse(request));
      span.end();
      expect(seen).toEqual([span]);
    });

    expect(recorded.tree()).toBe('app');
  });
});

describe('half of what is published', () => {
  test.each<[string, (messages: Messages) => object]>([
    ['without a response', ({ request }) => ({ request })],
    ['with a response that is null', ({ request, socket }) => ({ request, response: null, socket })],
    ['without a connection', ({ request, response }) => ({ request, response })],
    ['without headers', ({ request, response }) => ({ request: Object.assign(request, { headers: null }), response })],
    ['of a class of its own', ({ response }) => ({ request: Object.create(http.ClientRequest.prototype), response })],
    [
      'with more than is known',
      ({ request, response, socket }) => ({ request, response, socket, more: 1, [Symbol('s')]: {} }),
    ],
  ])('%s, makes no span and leaves what is published later traced', async (_what, messageOf) => {
    using recorded = recordSpans();
    const uncaught = vi.fn<() => void>();
    process.once('uncaughtException', uncaught);
    const request = new http.IncomingMessage(null as never);
    const message = messageOf({ request, response: new http.ServerResponse(request), socket: {} });

    for (const each of [STARTS, CREATED, COMES]) each.publish(message);
    await using server = await serve((_request, response) => response.end());
    await ask(server.port, {});
    process.off('uncaughtException', uncaught);

    expect(uncaught).not.toHaveBeenCalled();
    expect(recorded.tree()).toBe('GET\n  GET');
    first.disable();
    expect(Object.hasOwn(http.ServerResponse.prototype, 'emit')).toBe(false);
  });

  test('a request that is published and never sent has a span that ends with it', async () => {
    using recorded = recordSpans();

    const request = http.request({ host: '127.0.0.1', port: 9, agent: false }).on('error', () => {});
    COMES.publish({ request, response: null });
    COMES.publish({ request });
    request.destroy();
    await new Promise((resolve) => request.on('close', resolve));

    expect(recorded.tree()).toMatch(/^GET/);
    expect(recorded.tree()).not.toContain('(open)');
  });
});

test('what cannot be read is said once', async () => {
  const source = `
    const { channel } = require('diagnostics_channel');
    for (let times = 0; times < 3; times++) channel('http.server.request.start').publish(undefined);
    for (let times = 0; times < 3; times++) channel('http.client.response.finish').publish(null);
    console.log('done');`;

  const { stdout, stderr, code } = await runScript({ type: 'commonjs', source, instrumentations: 'http' });

  expect([stdout, code]).toEqual(['done\n', 0]);
  expect(stderr.split('\n').map((line) => /on (\S+) failed/.exec(line)?.[1])).toEqual([
    'http.server.request.start',
    'http.client.response.finish',
    undefined,
  ]);
});

interface Messages {
  readonly request: http.IncomingMessage;
  readonly response: http.ServerResponse;
  readonly socket: object;
}

const traceparentsIn = (rawHeaders: readonly string[]) =>
  rawHeaders.filter((each) => each.toLowerCase() === 'traceparent').length;
