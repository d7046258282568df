import { channel } from 'node:diagnostics_channel';
import { once } from 'node:events';
import http, { type IncomingMessage, type RequestOptions, type ServerResponse } from 'node:http';

import { recordSpans } from '@clew/testing';
import { LAZILY } from '@clew/spans/internal';
import { incomingOf, targetOf } from '@clew/spans';
import {
  context,
  propagation,
  SpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Attributes,
  type Context,
  type Span,
  type TracerProvider,
} from '@opentelemetry/api';
import { getRPCMetadata } from '@opentelemetry/core';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { ask, serve } from '../../test/serve.ts';
import { HttpInstrumentation } from './http.ts';

const STARTS = channel('http.server.request.start');
const CREATED = channel('http.client.request.created');
const COMES = channel('http.client.response.finish');

let instrumentation: HttpInstrumentation;

beforeEach(() => {
  instrumentation = new HttpInstrumentation();
});

afterEach(() => instrumentation.disable());

describe('where nothing is recorded', () => {
  test('no attributes are put together, and ids go on through the handler to the next service', async () => {
    using recorded = recordSpans();
    const refusing = refusingProvider();
    instrumentation.setTracerProvider(refusing.provider);
    const startIncomingSpanHook = vi.fn<() => Attributes>(() => ({}));
    instrumentation.setConfig({ startIncomingSpanHook });
    let inHandler: Span | undefined;
    let received: string | undefined;
    await using server = await serve(async (request, response) => {
      if (request.url === '/next') received = request.headers['traceparent'] as string;
      else {
        inHandler = trace.getActiveSpan();
        await ask(server.port, { path: '/next' });
      }
      response.end();
    });

    await ask(server.port, { path: '/first' });

    expect(recorded.spans).toEqual([]);
    expect(refusing.asked()).toBe(4); // two sides of two requests
    expect(startIncomingSpanHook).not.toHaveBeenCalled();
    expect(inHandler?.isRecording()).toBe(false);
    expect(received).toMatch(new RegExp(`^00-${inHandler?.spanContext().traceId}-[\\da-f]{16}-00$`));
  });

  test('durations are measured all the same', async () => {
    using _recorded = recordSpans();
    const record = vi.fn<(value: number, attributes: object) => void>();
    instrumentation.setTracerProvider(refusingProvider().provider);
    instrumentation.setMeterProvider({ getMeter: () => ({ createHistogram: () => ({ record }) }) } as never);
    await using server = await serve((_request, response) => response.writeHead(404).end());

    await ask(server.port, {});

    const common = {
      'http.request.method': 'GET',
      'http.response.status_code': 404,
      'network.protocol.version': '1.1',
    };
    await vi.waitFor(() => expect(record).toHaveBeenCalledTimes(2));
    expect(record.mock.calls.map(([, attributes]) => attributes)).toEqual(
      expect.arrayContaining([
        { ...common, 'server.address': '127.0.0.1', 'server.port': server.port, 'error.type': '404' },
        { ...common, 'url.scheme': 'http' },
      ]),
    );
  });
});

test('the sender is on the context of the handler, the receiver on that of the injection only', async () => {
  using _recorded = recordSpans();
  const inject = vi.spyOn(propagation, 'inject');
  let handling: Context | undefined;
  await using server = await serve((_request, response) => {
    handling = context.active();
    response.end();
  });

  await ask(server.port, { path: '/orders?id=7', headers: { 'X-Own': ['a', 'b'] } });

  const incoming = incomingOf(handling!);
  expect(incoming).toMatchObject({ kind: 'http', path: '/orders?id=7', host: `127.0.0.1:${server.port}` });
  expect(incoming?.kind === 'http' && incoming.header('x-OWN')).toBe('a, b');
  expect(targetOf(handling!)).toBeUndefined();
  expect(inject.mock.calls.map(([injected]) => targetOf(injected))).toEqual([{ kind: 'http', host: '127.0.0.1' }]);
  inject.mockRestore();
});

test.each<[RequestOptions, string | undefined]>([
  [{ host: 'B.internal' }, 'b.internal'],
  [{ host: 'b.internal:8080' }, 'b.internal'],
  [{ hostname: '::1', host: 'other' }, '::1'],
  [{}, 'localhost'],
  [{ socketPath: '/nowhere.sock' }, undefined],
  [{ socketPath: '/nowhere.sock', host: 'named' }, 'named'],
])('the receiver of a request with %j is %s', (options, host) => {
  using _recorded = recordSpans();
  const inject = vi.spyOn(propagation, 'inject');

  http
    .request({ ...options, port: 9, lookup: () => {} })
    .on('error', () => {})
    .destroy();

  expect(targetOf(inject.mock.calls[0]![0])).toEqual(host === undefined ? undefined : { kind: 'http', host });
  inject.mockRestore();
});

test('hooks get a copy of the options, with what the application has put there', async () => {
  using recorded = recordSpans();
  const mine = Symbol('mine');
  const seen: RequestOptions[] = [];
  instrumentation.setConfig({
    ignoreOutgoingRequestHook(options) {
      seen.push({ ...options });
      Object.assign(options, { path: '/changed' });
      Object.assign(options.headers as object, { 'x-own': 'changed' });
      return mine in options;
    },
  });
  await using server = await serve((request, response) =>
    response.end(`${request.url} ${String(request.headers['x-own'])}`),
  );

  const options = { path: '/as/given', headers: { 'X-Own': 'a' }, [mine]: true };
  const answer = await ask(server.port, options);

  expect(answer).toBe('/as/given a');
  expect(seen).toMatchObject([
    { path: '/as/given', method: 'GET', port: server.port, host: '127.0.0.1', headers: { 'X-Own': 'a' }, [mine]: true },
  ]);
  expect(recorded.spans.map(({ kind }) => kind)).toEqual([1]);
});

describe('an application that does odd things meets no harm:', () => {
  const request = () => new http.IncomingMessage(null as never);
  const response = () => new http.ServerResponse(request());

  test.each<[what: string, message: unknown]>([
    ['nothing', undefined],
    ['a text', 'request'],
    ['no request', {}],
    ['a request of its own', { request: { headers: {} }, response: { once() {} }, socket: {} }],
    ['a request without a socket', { request: request(), response: response() }],
    ['a frozen request', { request: Object.freeze(request()), response: Object.freeze(response()) }],
    ['a Proxy', { request: new Proxy(request(), {}), response: new Proxy(response(), {}) }],
  ])('it publishes %s', async (_what, message) => {
    using _recorded = recordSpans();
    const uncaught = vi.fn<() => void>();
    process.once('uncaughtException', uncaught);

    context.with(context.active(), () => {
      for (const each of [STARTS, CREATED, COMES]) each.publish(message);
    });
    await new Promise((resolve) => setImmediate(resolve)); // Node throws what a subscriber threw in a later tick
    process.off('uncaughtException', uncaught);

    expect(uncaught).not.toHaveBeenCalled();
  });

  test.each([{}, { headers: ['Host', 'x'] }])('its propagator writes what is no header, with %j', async (options) => {
    using recorded = recordSpans();
    propagation.disable();
    propagation.setGlobalPropagator({
      fields: () => [],
      extract: (given) => given,
      inject: (_context, carrier, setter) => setter.set(carrier, 'x-own', 'a\r\nX-Smuggled: b'),
    });
    await using server = await serve((request, response) => response.end(String(request.headers['x-smuggled'])));

    expect(await ask(server.port, options)).toBe('undefined');

    expect(recorded.spans).toHaveLength(2);
  });

  test('it publishes a request once more, and emits its events by hand', async () => {
    using recorded = recordSpans();
    await using server = await serve((request, response) => {
      STARTS.publish({ request, response, socket: request.socket });
      response.emit('close');
      response.emit('close');
      request.emit('end');
      response.end();
    });

    await ask(server.port, {});

    expect(new Set(recorded.spans.map(({ kind }) => kind))).toEqual(new Set([1, 2]));
    expect(recorded.spans).toHaveLength(2);
  });

  test('it listens, counts, and finds no listener that is not its own', async () => {
    using _recorded = recordSpans();
    let counts: unknown;
    await using server = await serve((request, response) => {
      counts = [
        namesOf(request),
        namesOf(response),
        request.getMaxListeners(),
        Object.getOwnPropertySymbols(response).length,
      ];
      response.end();
    });
    await ask(server.port, {});
    const traced = counts;
    instrumentation.disable();

    await ask(server.port, {});

    expect(traced).toEqual(counts);
  });

  test('it gives classes of its own', async () => {
    using recorded = recordSpans();
    class Request extends http.IncomingMessage {}
    class Response extends http.ServerResponse {
      override emit(...args: Parameters<http.ServerResponse['emit']>): boolean {
        return super.emit(...args);
      }
    }
    await using server = await serve((request, response) => response.end(`${request instanceof Request}`), {
      IncomingMessage: Request,
      ServerResponse: Response as never,
    });

    expect(await ask(server.port, {})).toBe('true');

    expect(recorded.spans).toHaveLength(2);
  });
});

test('the span of a response that has been read ends before the application hears of it, which may exit then', async () => {
  using recorded = recordSpans();
  await using server = await serve((_request, response) => response.end('x'));
  const request = http.get({ host: '127.0.0.1', port: server.port, agent: false });
  const [response] = (await once(request, 'response')) as [IncomingMessage];

  const kinds = await new Promise((resolve) => {
    response.on('end', () => resolve(recorded.spans.map(({ kind }) => kind)));
    response.resume();
  });

  expect(kinds).toContain(2);
  await once(request, 'close');
});

test('what the application adds while its response closes is on the span', async () => {
  using recorded = recordSpans();
  await using server = await serve((_request, response) => {
    const span = trace.getActiveSpan();
    response.on('finish', () => span?.setAttribute('finished', true));
    response.on('close', () => span?.setAttribute('closed', true));
    response.end();
  });

  await ask(server.port, {});

  await vi.waitFor(() => expect(recorded.spans).toHaveLength(2));
  expect(recorded.spans.find(({ kind }) => kind === SpanKind.SERVER)?.attributes).toMatchObject({
    finished: true,
    closed: true,
  });
});

describe('a response that fails', () => {
  const failing = async (fail: (response: ServerResponse) => void) => {
    const recorded = recordSpans();
    await using server = await serve((_request, response) => {
      getRPCMetadata(context.active())!.route = '/orders/:id';
      fail(response);
    });
    await ask(server.port, { path: '/orders/7' }).catch(() => {});
    await vi.waitFor(() => expect(recorded.spans.some(({ kind }) => kind === SpanKind.SERVER)).toBe(true));
    recorded[Symbol.dispose]();
    const span = recorded.spans.find(({ kind }) => kind === SpanKind.SERVER)!;
    return { name: span.name, status: span.status, events: span.events.length, attributes: span.attributes };
  };

  test('by an error that it emits keeps its status and its route', async () => {
    const told = await failing((response) => {
      response.on('error', () => {});
      response.end('all');
      response.write('more');
    });

    expect(told).toMatchObject({
      name: 'GET /orders/:id',
      status: { code: SpanStatusCode.ERROR, message: 'write after end' },
      events: 1,
      attributes: { 'http.response.status_code': 200, 'error.type': 'Error', 'http.route': '/orders/:id' },
    });
  });

  test('by an error that it is destroyed with, as by pipeline(), has that on its span', async () => {
    const told = await failing((response) => {
      response.write('a part');
      response.destroy(new RangeError('the source has failed'));
    });

    expect(told).toMatchObject({
      name: 'GET /orders/:id',
      status: { code: SpanStatusCode.ERROR, message: 'the source has failed' },
      events: 1,
      attributes: { 'http.response.status_code': 200, 'error.type': 'RangeError' },
    });
  });

  test('because its reader has gone has no error of the server', async () => {
    using recorded = recordSpans();
    await using server = await serve((_request, response) => void response.write('a part'));
    const request = http.get({ host: '127.0.0.1', port: server.port, agent: false });
    const [response] = (await once(request, 'response')) as [IncomingMessage];

    response.destroy();

    await vi.waitFor(() => expect(recorded.spans).toHaveLength(2));
    expect(recorded.spans.find(({ kind }) => kind === SpanKind.SERVER)?.status.code).toBe(SpanStatusCode.UNSET);
  });
});

test('disabled, it leaves emit as it was, and new requests alone', async () => {
  using recorded = recordSpans();
  instrumentation.disable();
  await using server = await serve((_request, response) => response.end());

  await ask(server.port, {});

  expect(recorded.spans).toEqual([]);
  for (const { prototype } of [http.ClientRequest, http.IncomingMessage, http.ServerResponse]) {
    expect(Object.hasOwn(prototype, 'emit')).toBe(false);
  }
  expect([STARTS, CREATED, COMES].map(({ hasSubscribers }) => hasSubscribers)).toEqual([false, false, false]);
});

test('a path that is a number is asked for and told of as Node sends it', async () => {
  using recorded = recordSpans();
  await using server = await serve((request, response) => response.end(request.url));

  await ask(server.port, { path: 7 as unknown as string }).catch(() => {});

  await vi.waitFor(() => expect(recorded.spans).not.toEqual([]));
  const client = recorded.spans.find(({ kind }) => kind === SpanKind.CLIENT);
  expect(client?.attributes['url.full']).toBe(`http://127.0.0.1:${server.port}/7`);
});

test.each([
  [{ disableIncomingRequestInstrumentation: true }, [2]],
  [{ disableOutgoingRequestInstrumentation: true }, [1]],
])('with %j it makes spans of the other side only', async (config, kinds) => {
  instrumentation.disable();
  instrumentation = new HttpInstrumentation(config);
  using recorded = recordSpans();
  await using server = await serve((_request, response) => response.end());

  await ask(server.port, {});

  expect(recorded.spans.map(({ kind }) => kind)).toEqual(kinds);
});

test('with requireParentforIncomingSpans a request that continues a trace has a span, and no other', async () => {
  using recorded = recordSpans();
  instrumentation.setConfig({ requireParentforIncomingSpans: true, requireParentforOutgoingSpans: true });
  await using server = await serve((_request, response) => response.end());
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

  await ask(server.port, { path: '/alone' });
  await ask(server.port, { path: '/continued', headers: { traceparent } });

  expect(recorded.spans.map(({ attributes }) => attributes['url.path'])).toEqual(['/continued']);
  expect(recorded.spans[0]?.parentSpanContext?.spanId).toBe('b7ad6b7169203331');
});

test('it takes the message that it was too late for', async () => {
  instrumentation.disable();
  using recorded = recordSpans();
  const late = (message: unknown) => {
    STARTS.unsubscribe(late);
    instrumentation = new HttpInstrumentation();
    instrumentation.handOn(message as object);
  };
  STARTS.subscribe(late);
  await using server = await serve((_request, response) => response.end());

  await ask(server.port, {});

  expect(recorded.spans.map(({ name, kind }) => [name, kind])).toEqual([['GET', 1]]);
});

const namesOf = (emitter: IncomingMessage | ServerResponse) =>
  emitter.eventNames().map((name) => [name, emitter.rawListeners(name as string).map((listener) => listener.name)]);

/** Its tracers refuse every span ahead, and cannot start one. */
function refusingProvider() {
  let asked = 0;
  const refuse = (_name: string, _kind: SpanKind, parent: Context) => {
    asked++;
    const traceId = trace.getSpanContext(parent)?.traceId ?? '0af7651916cd43dd8448eb211c80319c';
    return trace.wrapSpanContext({ traceId, spanId: `b7ad6b716920333${asked}`, traceFlags: TraceFlags.NONE });
  };
  const provider = { getTracer: () => ({ [LAZILY]: refuse }) } as unknown as TracerProvider;
  return { provider, asked: () => asked };
}
