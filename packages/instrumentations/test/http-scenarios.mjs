// What servers and clients of HTTP do, one function each. `createRequire`, so that the same objects are patched in both ways.
import { EventEmitter, once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { context, trace } from '@opentelemetry/api';
import { getRPCMetadata } from '@opentelemetry/core';

const require = createRequire(import.meta.url);
const http = require('http');
const https = require('https');
const net = require('net');

const certificate = (name) =>
  readFileSync(fileURLToPath(new URL(`../../../test/exporting/certificates/${name}`, import.meta.url)));

const servers = [];
export const openServers = {
  async closeAll() {
    await Promise.all(
      servers.splice(0).map((server) => {
        server.closeAllConnections?.();
        return new Promise((resolve) => server.close(resolve));
      }),
    );
  },
};

async function listen(handler, { create = http.createServer, options = {}, where = [0, '127.0.0.1'] } = {}) {
  const server = create(options, handler);
  servers.push(server);
  await once(server.listen(...where), 'listening');
  return { server, port: server.address()?.port };
}

/** Sends a request and reads what comes; never rejects. */
function ask(options, { body, client = http, as = 'request', args = [] } = {}) {
  return new Promise((resolve) => {
    const request = client[as](options, ...args);
    request.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk) => (text += chunk));
      response.on('end', () => resolve([response.statusCode, text]));
      response.on('error', (error) => resolve([response.statusCode, error.code]));
    });
    request.on('error', (error) => resolve([error.code]));
    if (as === 'request') request.end(body);
  });
}

/** Sends text over a connection of its own; what comes until it is closed. */
async function raw(port, ...texts) {
  const socket = net.connect(port, '127.0.0.1');
  let received = '';
  socket.setEncoding('latin1').on('data', (chunk) => (received += chunk));
  socket.on('error', () => {});
  for (const text of texts) socket.write(text.replaceAll('\n', '\r\n'));
  await once(socket, 'close');
  return received.replace(/\r\n(?:Date|Keep-Alive):[^\r]*/g, '');
}

const host = '127.0.0.1';
const ok = (request, response) => response.end('ok');
const echo = async (request, response) => {
  let body = '';
  for await (const chunk of request) body += chunk;
  response.end(`${request.method} ${body}`);
};

/** A request for each value, one after the other. */
const each = async (values, one) => {
  const results = [];
  for (const value of values) results.push(await one(value));
  return results;
};

/** Asks a server whose handler fails, in a process that goes on. The client gives up unless it is answered. */
async function failing(say, error, handler, { isAnswered = false } = {}) {
  const { port } = await listen(handler);
  const request = http.get({ host, port, agent: false });
  const ended = new Promise((resolve) => {
    request.on('error', () => {}).on('close', resolve);
    request.on('response', (response) => response.resume());
  });
  const [caught] = await once(process, 'uncaughtException');
  say(caught === error);
  if (!isAnswered) request.destroy();
  await ended;
}

export const SCENARIOS = {
  'methods with and without a body': {
    async run() {
      const { port } = await listen(echo);
      const methods = ['GET', 'POST', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'PATCH', 'QUERY', 'PROPFIND', 'PURGE'];
      return each(methods, (method) => ask({ host, port, method }, { body: method === 'POST' ? 'sent' : undefined }));
    },
  },
  'http.get() by text, by URL, by both': {
    async run() {
      const { port } = await listen(ok);
      const url = `http://${host}:${port}/a/b?c=d&e=f%20g`;
      return [
        await ask(url, { as: 'get' }),
        await ask(new URL(url), { as: 'get', args: [{ headers: { 'User-Agent': 'x' } }] }),
        await ask(url, { as: 'get', args: [{ headers: { 'user-agent': 'agent/1' } }] }),
        await ask({ hostname: host, port, path: '/x?y' }, { as: 'get' }),
      ];
    },
  },
  statuses: {
    async run() {
      const { port } = await listen((request, response) => {
        response.writeHead(Number(request.url.slice(1)));
        response.end();
      });
      return each([200, 201, 204, 301, 304, 400, 404, 500, 503, 599], (status) =>
        ask({ host, port, path: `/${status}` }),
      );
    },
  },
  'informational responses': {
    async run() {
      const { port } = await listen((request, response) => {
        response.writeProcessing();
        response.writeEarlyHints({ link: '</a.css>; rel=preload' });
        response.end('ok');
      });
      return ask({ host, port });
    },
  },
  'a request that continues a trace': {
    async run() {
      const { port } = await listen(ok);
      const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
      return raw(port, `GET / HTTP/1.1\nHost: a.example:81\ntraceparent: ${traceparent}\nConnection: close\n\n`);
    },
  },
  'spans of the application are between those of the two sides': {
    async run({ tracer }) {
      const { port } = await listen((request, response) => {
        tracer.startActiveSpan('in the handler', (span) => {
          request.resume().on('end', () => {
            response.end('ok');
            span.end();
          });
        });
      });
      return tracer.startActiveSpan('main', async (span) => {
        const answer = await ask({ host, port, method: 'POST' }, { body: 'x' });
        span.end();
        return answer;
      });
    },
  },
  'whom proxies in front name': {
    async run() {
      const { port } = await listen(ok);
      const headers = [
        'Forwarded: for=192.0.2.60;proto=http;host=a.example',
        'Forwarded: for="[2001:db8::1]:4711", for=10.0.0.1;host="b.example:8080"',
        'Forwarded: for=unknown;;',
        'Forwarded: host="[::1]:99";proto=https',
        'X-Forwarded-For: 203.0.113.9, 10.0.0.1\nX-Forwarded-Host: c.example\nX-Forwarded-Proto: https',
        'X-Forwarded-For: 203.0.113.9:8080\nX-Forwarded-Host: d.example:444',
        'X-Forwarded-Host: [::1]',
        'User-Agent: Mozilla/5.0 (compatible; Googlebot/2.1)',
      ];
      await each(headers, (each) => raw(port, `GET / HTTP/1.1\nHost: x\n${each}\nConnection: close\n\n`));
    },
  },
  hosts: {
    async run() {
      const { port } = await listen(ok);
      const hosts = ['x', 'x:80', '[::1]', '[::1]:80', '::1', 'x:'];
      await each(hosts, (each) => raw(port, `GET / HTTP/1.1\nHost: ${each}\nConnection: close\n\n`));
      await raw(port, 'GET /old HTTP/1.0\n\n');
    },
  },
  'queries with secrets': {
    async run() {
      const { port } = await listen(ok);
      return each(['/?sig=a&b=c', '/?b=c&X-Amz-Signature=d', '/?Sig=a'], (path) => ask({ host, port, path }));
    },
  },
  'redacted parameters of the user': {
    config: { redactedQueryParams: ['token'], redactedQueryParamsServer: [] },
    async run() {
      const { port } = await listen(ok);
      return ask({ host, port, path: '/?token=a&sig=b' });
    },
  },
  'user and password': {
    async run() {
      const { port } = await listen(ok);
      return [await ask(`http://user:pass@${host}:${port}/`), await ask({ host, port, auth: 'user:pass' })];
    },
  },
  https: {
    async run() {
      const options = { key: certificate('server.key'), cert: certificate('server.pem') };
      const { port } = await listen(echo, { create: https.createServer, options });
      const request = { host, port, rejectUnauthorized: false, agent: false };
      return [
        await ask(request, { client: https }),
        await ask(`https://${host}:${port}/x?y=z`, { client: https, as: 'get', args: [{ rejectUnauthorized: false }] }),
      ];
    },
  },
  'a certificate that is refused': {
    async run() {
      const options = { key: certificate('server.key'), cert: certificate('server.pem') };
      const { port } = await listen(ok, { create: https.createServer, options });
      return ask({ host, port, agent: false }, { client: https });
    },
  },
  'a socket in the file system': {
    async run() {
      const socketPath = join(tmpdir(), `clew-http-${process.pid}.sock`);
      await listen(ok, { where: [socketPath] });
      const answer = await ask({ socketPath, path: '/in/a/file' });
      await openServers.closeAll();
      rmSync(socketPath, { force: true });
      return answer;
    },
  },
  'routes told by the metadata of the request': {
    async run() {
      const { port } = await listen((request, response) => {
        const metadata = getRPCMetadata(context.active());
        if (request.url !== '/none') metadata.route = request.url === '/empty' ? '' : '/orders/:id';
        metadata.span.setAttribute('seen', true);
        if (request.url === '/broken') response.statusCode = 500;
        response.end();
      });
      return each(['/orders/1', '/none', '/empty', '/broken'], (path) => ask({ host, port, path }));
    },
  },
  'a response that fails': {
    async run() {
      const { port } = await listen((request, response) => {
        response.on('error', () => response.destroy());
        response.write('begun');
        response.emit('error', Object.assign(new TypeError('broken response'), { code: 'E_BROKEN' }));
      });
      return ask({ host, port });
    },
  },
  'a connection that is refused': {
    async run() {
      const { server, port } = await listen(ok);
      await new Promise((resolve) => server.close(resolve));
      servers.length = 0;
      return ask({ host, port });
    },
  },
  'a name that is nowhere': {
    run: () => ask({ host: 'nowhere.invalid', port: 80 }),
  },
  'a handler that throws': {
    run: ({ say }) => {
      const error = new RangeError('of the handler');
      return failing(say, error, () => {
        throw error;
      });
    },
  },
  'a handler that rejects': {
    run: ({ say }) => {
      const error = new RangeError('of the handler');
      return failing(say, error, async () => {
        await new Promise((resolve) => setImmediate(resolve));
        throw error;
      });
    },
  },
  'a handler that throws, and a process that answers for it': {
    run: ({ say }) => {
      const error = new RangeError('of the handler');
      const answer = (request, response) => {
        process.once('uncaughtException', () => response.writeHead(503).end());
        throw error;
      };
      return failing(say, error, answer, { isAnswered: true });
    },
  },
  'a server that hangs up before it answers': {
    async run() {
      const { port } = await listen((request) => request.socket.destroy());
      return ask({ host, port, agent: false });
    },
  },
  'a response that is cut': {
    async run() {
      const { port } = await listen((request, response) => {
        response.writeHead(200, { 'content-length': '10' });
        response.write('12345');
        setTimeout(() => request.socket.destroy(), 20);
      });
      return ask({ host, port, agent: false });
    },
  },
  'a client that gives up before the answer': {
    async run() {
      const left = new EventEmitter();
      const { port } = await listen((request, response) => response.on('close', () => left.emit('close')));
      const request = http.get({ host, port, agent: false });
      request.on('error', () => {});
      await once(servers[0], 'request');
      request.destroy();
      await once(left, 'close');
    },
  },
  'a client that gives up with an error of its own': {
    async run() {
      const { port } = await listen(() => {});
      const request = http.get({ host, port, agent: false });
      const failed = once(request, 'error');
      await once(servers[0], 'request');
      request.destroy(new RangeError('enough'));
      return (await failed).map(({ message }) => message);
    },
  },
  'a client that waits too long': {
    async run() {
      const { port } = await listen(() => {});
      const request = http.get({ host, port, agent: false, timeout: 20 });
      const failed = once(request, 'error');
      request.on('timeout', () => request.destroy(new Error('too slow')));
      return (await failed).map(({ message }) => message);
    },
  },
  'a signal that aborts': {
    async run() {
      const { port } = await listen(() => {});
      const controller = new AbortController();
      const request = http.get({ host, port, agent: false, signal: controller.signal });
      const failed = once(request, 'error');
      await once(servers[0], 'request');
      controller.abort();
      return (await failed).map(({ name }) => name);
    },
  },
  'a response that nobody reads': {
    async run() {
      const { port } = await listen((request, response) => response.end('x'.repeat(100)));
      const request = http.get({ host, port, agent: false });
      await once(request, 'close');
    },
  },
  'a response that somebody gets and leaves': {
    async run() {
      const { port } = await listen((request, response) => {
        response.setHeader('Connection', 'close');
        response.end('x');
      });
      const request = http.get({ host, port, agent: false }, () => {});
      await once(request, 'close');
    },
  },
  'requests over one connection': {
    async run() {
      const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
      const { port } = await listen(echo);
      const answers = await Promise.all(
        ['a', 'b', 'c'].map((body) => ask({ host, port, agent, method: 'PUT' }, { body })),
      );
      agent.destroy();
      return answers;
    },
  },
  'a pipeline of requests': {
    async run() {
      const { port } = await listen((request, response) => setTimeout(() => response.end(request.url), 5));
      return raw(
        port,
        'GET /1 HTTP/1.1\nHost: x\n\nGET /2 HTTP/1.1\nHost: x\n\nGET /3 HTTP/1.1\nHost: x\nConnection: close\n\n',
      );
    },
  },
  'an answer before the body has come': {
    async run() {
      const { port } = await listen((request, response) => response.end('early'));
      const request = http.request({ host, port, method: 'POST', agent: false });
      request.on('error', () => {});
      request.write('first');
      const [response] = await once(request, 'response');
      response.resume();
      await once(response, 'end');
      request.end('last');
    },
  },
  'Expect: 100-continue': {
    async run({ say }) {
      const { port } = await listen(echo);
      const request = http.request({ host, port, method: 'POST', headers: { Expect: '100-continue' }, agent: false });
      request.on('continue', () => {
        say('continue');
        request.end('body');
      });
      const [response] = await once(request, 'response');
      response.resume();
      await once(response, 'end');
      return response.statusCode;
    },
  },
  'captured headers': {
    config: {
      headersToSpanAttributes: {
        client: { requestHeaders: ['X-Sent', 'x-list', 'x-none'], responseHeaders: ['X-Answer', 'set-cookie'] },
        server: { requestHeaders: ['X-Sent', 'x-list'], responseHeaders: ['X-Answer', 'x-number', 'set-cookie'] },
      },
    },
    async run() {
      const { port } = await listen((request, response) => {
        response.setHeader('X-Answer', 'b');
        response.setHeader('x-number', 7);
        response.setHeader('set-cookie', ['c=1', 'd=2']);
        response.end();
      });
      return ask({ host, port, headers: { 'X-Sent': 'a', 'x-list': ['1', '2'] } });
    },
  },
  'hooks that add attributes': {
    config: {
      startIncomingSpanHook: ({ url }) => ({ 'hook.incoming': url, 'url.path': '/hook' }),
      startOutgoingSpanHook: ({ path, method }) => ({ 'hook.outgoing': `${method} ${path}` }),
      requestHook: (span, request) => span.setAttribute('hook.request', request.method),
      responseHook: (span, { statusCode }) => span.setAttribute('hook.response', statusCode),
      applyCustomAttributesOnSpan: (span, request, { statusCode }) =>
        span.setAttribute('hook.last', `${request.method} ${statusCode}`),
    },
    async run() {
      const { port } = await listen((request, response) => {
        response.statusCode = 202;
        response.end();
      });
      return ask({ host, port, method: 'POST', path: '/hooked' });
    },
  },
  'hooks in the order in which they are called': {
    config: (say) => ({
      ignoreIncomingRequestHook: () => say('ignore incoming'),
      ignoreOutgoingRequestHook: () => say('ignore outgoing'),
      startIncomingSpanHook: () => say('start incoming'),
      startOutgoingSpanHook: () => say('start outgoing'),
      requestHook: (span, request) => say('request', span.kind, request.method),
      responseHook: (span) => say('response', span.kind),
      applyCustomAttributesOnSpan: (span) => say('last', span.kind),
    }),
    async run() {
      const { port } = await listen(ok);
      return ask({ host, port });
    },
  },
  'hooks that throw': {
    config: Object.fromEntries(
      [
        'ignoreIncomingRequestHook',
        'ignoreOutgoingRequestHook',
        'startIncomingSpanHook',
        'startOutgoingSpanHook',
        'requestHook',
        'responseHook',
        'applyCustomAttributesOnSpan',
      ].map((name) => [
        name,
        () => {
          throw new Error(`of ${name}`);
        },
      ]),
    ),
    async run() {
      const { port } = await listen(ok);
      return ask({ host, port });
    },
  },
  'requests that are ignored': {
    config: {
      ignoreIncomingRequestHook: ({ url }) => url.startsWith('/health'),
      ignoreOutgoingRequestHook: ({ path, headers }) => path === '/health/out' || headers?.['x-own'] === 'quiet',
    },
    async run({ tracer }) {
      const { port } = await listen((request, response) => {
        tracer.startSpan(`of ${request.url}`).end();
        request.resume().on('end', () => {
          tracer.startSpan(`later of ${request.url}`).end();
          response.end();
        });
      });
      return [
        await ask({ host, port, path: '/health' }),
        await ask({ host, port, path: '/health/out' }),
        await ask({ host, port, path: '/quiet', headers: { 'x-own': 'quiet' } }),
        await ask({ host, port, path: '/loud' }),
      ];
    },
  },
  'outgoing requests without a parent': {
    config: { requireParentforOutgoingSpans: true },
    async run({ tracer, say }) {
      const { port } = await listen((request, response) => {
        say(request.headers.traceparent !== undefined);
        response.end();
      });
      await ask({ host, port, path: '/alone' });
      await tracer.startActiveSpan('main', async (span) => {
        await ask({ host, port, path: '/inside' });
        span.end();
      });
      const remote = {
        traceId: '0af7651916cd43dd8448eb211c80319c',
        spanId: 'b7ad6b7169203331',
        traceFlags: 1,
        isRemote: true,
      };
      await context.with(trace.setSpanContext(context.active(), remote), () => ask({ host, port, path: '/remote' }));
    },
  },
  'incoming requests without a parent': {
    config: { requireParentforIncomingSpans: true },
    async run() {
      const { port } = await listen(ok);
      await raw(port, 'GET / HTTP/1.1\nHost: x\nConnection: close\n\n');
    },
  },
  'known bots and tests': {
    config: { enableSyntheticSourceDetection: true },
    async run() {
      const { port } = await listen(ok);
      return each(['Mozilla/5.0 Googlebot/2.1', 'AlwaysOn-Monitor', 'curl/8'], (agent) =>
        ask({ host, port, headers: { 'user-agent': agent } }),
      );
    },
  },
  'what is emitted by hand': {
    async run({ say }) {
      const { server } = await listen((request, response) => say(request.url, typeof response.end));
      http.Server.prototype.emit.call(server, 'other');
      const request = http.request({ host, port: 1, createConnection: () => new net.Socket() });
      request.on('error', ({ message }) => say(message));
      request.emit('error', new Error('by hand'));
      const closed = new Promise((resolve) => request.on('close', resolve));
      request.destroy();
      await closed;
    },
  },
  'the context of what a request and its response tell': {
    async run({ say }) {
      const active = () => trace.getActiveSpan()?.spanContext().spanId;
      const { port } = await listen((request, response) => {
        const own = active();
        const look = (emitter, what, ...events) => {
          for (const event of events) emitter.on(event, () => say(what, event, active() === own));
        };
        look(request, 'request', 'data', 'end', 'close', 'aborted');
        look(response, 'response', 'finish', 'close');
        request.on('error', ({ code }) => say('request', code, active() === own));
        request.on('end', () => request.url !== '/left' && response.end('x'));
        if (request.url === '/left') setTimeout(() => say('left', request.emit('ready')), 5);
      });
      const slowly = http.request({ host, port, method: 'POST', agent: false });
      slowly.write('first');
      setTimeout(() => slowly.end('last'), 20);
      const [response] = await once(slowly, 'response');
      response.resume();
      await once(slowly, 'close');
      const left = http.request({ host, port, path: '/left', method: 'POST', agent: false });
      left.on('error', () => {});
      left.write('begun');
      const [request] = await once(servers[0], 'request');
      const closed = new Promise((resolve) => request.on('close', resolve));
      await once(request, 'ready');
      left.destroy();
      await closed;
    },
  },
  'what follows on a connection': {
    async run({ say, tracer }) {
      const active = () => trace.getActiveSpan()?.spanContext().traceId;
      const seen = new Set();
      const { server, port } = await listen((request, response) => {
        say(request.url, seen.has(active()));
        seen.add(active());
        request.resume().on('end', () => response.end(request.url));
      });
      server.on('connection', (socket) => socket.on('close', () => say('connection closed', active() === undefined)));
      server.on('upgrade', (request, socket) => {
        say('upgrade', active() === undefined);
        tracer.startSpan('upgraded').end();
        socket.end('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n');
      });
      server.on('clientError', (error, socket) => {
        say(error.code, active() === undefined);
        socket.destroy();
      });
      const converse = async (last) => {
        const socket = net.connect(port, host);
        socket.on('error', () => {});
        for (const [path, body] of [
          ['/1', ''],
          ['/2', 'body'],
        ]) {
          socket.write(`POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
          await once(socket, 'data');
        }
        await new Promise((resolve) => setTimeout(resolve, 10)); // `close` of the response follows what is sent
        socket.write(last);
        socket.resume();
        await once(socket, 'close');
      };
      await converse('GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n');
      await converse('NO REQUEST\r\n\r\n');
    },
  },
  'the context of a response': {
    async run({ say, tracer }) {
      const { port } = await listen((request, response) => {
        response.writeProcessing();
        setTimeout(() => response.end('x'.repeat(100_000)), 5);
      });
      const agent = new http.Agent({ keepAlive: true, maxSockets: 1 }); // one waits for the other, and takes its connection
      const inSpan = (name) =>
        tracer.startActiveSpan(name, (span) => {
          const active = () => trace.getActiveSpan() === span;
          return new Promise((resolve) => {
            const request = http.get({ host, port, agent }, (response) => {
              say(name, 'response', active());
              response.once('data', () => say(name, 'data', active()));
              response.on('end', () => say(name, 'end', active()));
              response.resume();
            });
            request.on('information', () => say(name, 'information', active()));
            request.on('socket', () => say(name, 'socket', active()));
            request.on('close', () => {
              say(name, 'close', active());
              span.end();
              resolve();
            });
          });
        });
      await Promise.all(['a', 'b', 'c'].map(inSpan));
      await inSpan('d');
      agent.destroy();
    },
  },
  'options that are frozen': {
    async run({ say }) {
      const { port } = await listen((request, response) => response.end(request.headers['x-own']));
      const headers = Object.freeze({ 'X-Own': 'a' });
      const options = Object.freeze({ host, port, headers, agent: false });
      const answers = [await ask(options), await ask(`http://${host}:${port}/`, { as: 'get', args: [options] })];
      say(Object.keys(headers), Object.keys(options));
      return answers;
    },
  },
  'a traceparent of the application': {
    async run({ say }) {
      const { port } = await listen((request, response) => {
        say(request.rawHeaders.filter((each) => each.toLowerCase() === 'traceparent').length);
        response.end();
      });
      const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
      await ask({ host, port, headers: { traceparent } });
    },
  },
  // Ours differs from here on, as the README of the package says.
  'headers as a list': {
    async run() {
      const { port } = await listen((request, response) => {
        const { traceparent, ...headers } = request.headers;
        response.end(JSON.stringify([headers, traceparent?.length]));
      });
      return [
        await ask({ host, port, headers: ['Host', 'x', 'X-A', '1', 'X-A', '2'] }),
        await ask(
          {
            host,
            port,
            headers: [
              ['Host', 'y'],
              ['X-B', '1'],
            ],
            method: 'POST',
          },
          { body: 'b' },
        ),
      ];
    },
  },
  'values as they were sent': {
    async run() {
      const { port } = await listen(ok);
      const paths = ['/x?a&%', '//evil.example/x', '/a/../b', '/x?', '/x?a=1+2&b=%41#c'];
      await each(paths, (path) => raw(port, `GET ${path} HTTP/1.1\nHost: a b\nConnection: close\n\n`));
      await raw(port, `GET http://c.example/y?z HTTP/1.1\nHost: c.example\nConnection: close\n\n`);
      await raw(port, `OPTIONS * HTTP/1.1\nHost: x\nConnection: close\n\n`);
      await ask({ host, port, path: '/x?a&%' });
    },
  },
  'a request through a proxy': {
    async run() {
      const { port } = await listen(ok);
      return ask({ host, port, path: 'http://user:pass@target.example/a?b' });
    },
  },
  'a request that was never answered': {
    async run() {
      const { port } = await listen((request) => request.destroy());
      await raw(port, 'GET / HTTP/1.1\nHost: x\n\n');
    },
  },
  IPv6: {
    async run() {
      const { port } = await listen(ok, { where: [0, '::1'] });
      return [await ask(new URL(`http://[::1]:${port}/a`)), await ask({ host: '::1', port })];
    },
  },
  'a client that aborts at once': {
    async run() {
      const { port } = await listen(ok);
      const request = http.get({ host, port, agent: false });
      request.on('error', () => {});
      const closed = new Promise((resolve) => request.on('close', resolve));
      request.abort();
      await closed;
    },
  },
  'an upgrade': {
    async run({ say }) {
      const { server, port } = await listen(ok);
      server.on('upgrade', (request, socket) => {
        say('upgrade', trace.getActiveSpan() === undefined);
        socket.end('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n');
      });
      const request = http.get({ host, port, agent: false, headers: { Connection: 'Upgrade', Upgrade: 'x' } });
      const [response, socket] = await once(request, 'upgrade');
      socket.destroy();
      return response.statusCode;
    },
  },
  CONNECT: {
    async run() {
      const { server, port } = await listen(ok);
      server.on('connect', (request, socket) => socket.end('HTTP/1.1 200 Connected\r\n\r\n'));
      const request = http.request({ host, port, method: 'CONNECT', path: 'target.example:443', agent: false }).end();
      const [response, socket] = await once(request, 'connect');
      socket.destroy();
      return response.statusCode;
    },
  },
  'what the server refuses itself': {
    async run() {
      const { server, port } = await listen(ok);
      server.on('checkContinue', (request, response) => response.writeHead(417).end());
      await raw(port, 'POST / HTTP/1.1\nHost: x\nExpect: 100-continue\nContent-Length: 0\nConnection: close\n\n');
      await raw(port, 'GET / HTTP/1.1\nConnection: close\n\n');
      await raw(port, 'GET / HTTP/1.1\nHost: x\nExpect: wonders\nConnection: close\n\n');
    },
  },
  'options that Node refuses': {
    async run({ say }) {
      try {
        http.get({ host, path: '/a b' });
      } catch (error) {
        say(error.code);
      }
    },
  },
  'mocks handed to a server': {
    async run({ say }) {
      const { server } = await listen((request) => say(request.url));
      const request = Object.assign(new EventEmitter(), { url: '/mock', headers: {}, socket: {}, httpVersion: '1.1' });
      server.emit('request', request, new EventEmitter());
    },
  },
};
