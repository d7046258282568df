import { once } from 'node:events';
import { createServer, request, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

import { expect, test } from 'vitest';

import { headerOf } from './request-headers.ts';

test('a header of a Headers object is found', () => {
  const headers = new Headers([
    ['TraceState', 'foo=1'],
    ['tracestate', 'bar=2'],
  ]);

  expect(headerOf(headers, 'tracestate')).toBe('foo=1, bar=2');
  expect(headerOf(headers, 'traceparent')).toBeNull();
});

test('a header of a Map is found', () => {
  expect(headerOf(new Map([['tracestate', 'foo=1']]), 'tracestate')).toBe('foo=1');
});

test('a header is asked of a function by its lowercase name', () => {
  expect(headerOf((name) => `value of ${name}`, 'tracestate')).toBe('value of tracestate');
});

// https://www.w3.org/TR/trace-context-2/#header-name: "vendors MUST expect the header name in any case"
test.each(['traceparent', 'TraceParent', 'TrAcEpArEnT', 'TRACEPARENT'])(
  'W3C Trace Context level 2, 3.2.1 header name: in any case, here %s',
  (name) => {
    expect(headerOf({ [name]: 'value', other: 'x' }, 'traceparent')).toEqual(['value']);
  },
);

test.each(['trace-parent', 'trace.parent', 'trace_parent', ' traceparent'])(
  'W3C Trace Context level 2, 3.2.1 header name: %j is another header',
  (name) => {
    expect(headerOf({ [name]: 'value' }, 'traceparent')).toEqual([]);
  },
);

test('all values of an object count, also those that differ in the case of their names', () => {
  expect(headerOf({ Tracestate: ['foo=1', 'bar=2'], tracestate: 'baz=3' }, 'tracestate')).toEqual([
    'foo=1',
    'bar=2',
    'baz=3',
  ]);
  expect(headerOf({ tracestate: undefined }, 'tracestate')).toEqual([]);
});

test('a header that is called get is no function', () => {
  expect(headerOf({ get: 'x', traceparent: 'value' }, 'traceparent')).toEqual(['value']);
});

test('a request of Node has its headers found', async () => {
  const server = createServer((_, response) => response.end()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const received = once(server, 'request');

  request({ port, host: '127.0.0.1', headers: { TraceParent: 'a', tracestate: ['foo=1', 'bar=2'] } }).end();

  const [{ headers }] = (await received) as [IncomingMessage];
  server.close();
  expect(headerOf(headers, 'traceparent')).toEqual(['a']);
  expect(headerOf(headers, 'tracestate')).toEqual(['foo=1, bar=2']);
});
