import { runApp } from '@clew/testing';
import type { SpanRecord } from '@clew/viewer';
import { describe, expect, test } from 'vitest';

import { fixtureBeside } from '../support/fixture-beside.ts';
import { ROOT } from '../support/workspace.ts';
import { installCatalogue } from './install-catalogue.ts';
import { startOpenAi } from './openai-server.ts';

/**
 * A fault that upstream's instrumentations have, or had, under the preload. Its test is expected to fail, and shouts once the fault
 * is mended: then the test becomes an ordinary one.
 */
interface Fault {
  /** The behaviour that is right, as the name of a test. */
  readonly behaviour: string;
  /** The change that will end the fault; none where one has. */
  readonly end?: 'our own span and channels' | 'harmless hands';
  readonly files: Readonly<Record<string, string>>;
  readonly env?: NodeJS.ProcessEnv;
  /** Value that shows the fault. */
  see(run: Run): unknown;
  /** That value as it should be. */
  readonly right: unknown;
}

/** The JSON that an application has printed, and the spans it sent. */
interface Run {
  readonly printed: unknown;
  readonly spans: readonly SpanRecord[];
}

const HANDS = 'harmless hands';

/** Answers every request with the headers that it came with, and serves until the program ends. */
const SERVER = `
  import http from 'node:http';
  import net from 'node:net';
  import { once } from 'node:events';
  const server = http.createServer((request, response) => response.end(JSON.stringify(request.rawHeaders)));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address();
  const origin = 'http://127.0.0.1:' + port;
  const end = () => { server.closeAllConnections(); server.close(); };`;

const client = ({ spans }: Run) => attributesOf(spans.find(({ kind }) => kind === CLIENT));
const served = ({ spans }: Run) => attributesOf(spans.find(({ kind }) => kind === SERVED));
const [SERVED, CLIENT] = [2, 3];

/** Three queries at once on a pool of one connection, each in a span of its own. */
function waitingInPool(behaviour: string, call: string): Fault {
  return {
    behaviour,
    end: HANDS,
    files: {
      'app.mjs': `
        import { createRequire } from 'node:module';
        import mysql from 'mysql2';
        const { trace } = createRequire(process.env.ROOT)('@opentelemetry/api');
        const server = mysql.createServer();
        server.on('connection', (connection) => {
          const answered = () => (connection.sequenceId = 0); // of the first packet of the next command
          connection.serverHandshake({
            protocolVersion: 4, serverVersion: '8.0', connectionId: 1, statusFlags: 2, characterSet: 33, capabilityFlags: 0xfff7ff,
            authCallback: (_user, done) => { done(null); answered(); },
          });
          connection.on('query', () => {
            connection.sequenceId = 1;
            connection.writeOk();
            answered();
          });
          connection.on('error', () => {});
        });
        await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
        const { port } = server._server.address();
        const pool = mysql.createPool({ host: '127.0.0.1', port, user: 'u', connectionLimit: 1 });
        const tracer = trace.getTracer('app');
        const ask = (name) => new Promise((resolve) => tracer.startActiveSpan(name, (span) => {
          const done = (error) => { span.end(); resolve(error?.message ?? 'ok'); };
          ${call};
        }));
        console.log(JSON.stringify(await Promise.all([ask('a'), ask('b'), ask('c')])));
        pool.end();
        server.close();`,
    },
    see: ({ printed, spans }) => [printed, parents(spans, 'SELECT')],
    right: [
      ['ok', 'ok', 'ok'],
      ['a', 'b', 'c'],
    ],
  };
}

const FAULTS: readonly Fault[] = [
  {
    behaviour: 'headers of http.request() given as a list are sent, and with them the context',
    files: {
      'app.mjs': `${SERVER}
        const request = http.request(origin, { headers: ['Host', 'x', 'X-A', '1'] }).end();
        const [response] = await once(request, 'response');
        const list = JSON.parse(await new Response(response).text());
        const valueOf = (name) => list[list.findIndex((each, at) => at % 2 === 0 && each.toLowerCase() === name) + 1];
        console.log(JSON.stringify([valueOf('host'), valueOf('x-a'), valueOf('traceparent').length]));
        end();`,
    },
    see: ({ printed }) => printed,
    right: ['x', '1', 55],
  },
  {
    behaviour: 'a traceparent that the application gives to fetch() is sent once',
    files: {
      'app.mjs': `${SERVER}
        const headers = { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' };
        const received = await (await fetch(origin, { headers })).json();
        console.log(JSON.stringify(received.filter((each) => each.toLowerCase() === 'traceparent').length));
        end();`,
    },
    see: ({ printed }) => printed,
    right: 1,
  },
  ...[
    ['query()', `pool.query('SELECT 1', done)`],
    [
      'getConnection()',
      `pool.getConnection((error, connection) => connection.query('SELECT 1', (...args) => (connection.release(), done(...args))))`,
    ],
    ['promise()', `pool.promise().query('SELECT 1').then(() => done(), done)`],
  ].map(([name, call]) =>
    waitingInPool(`${name} of a mysql2 pool that had to wait belongs to its caller`, String(call)),
  ),
  {
    behaviour: 'the span of a global WebSocket that connects has ended',
    files: {
      'app.mjs': `${SERVER}
        import { createHash } from 'node:crypto';
        server.on('upgrade', ({ headers }, socket) => {
          const key = headers['sec-websocket-key'] + '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
          const accept = createHash('sha1').update(key).digest('base64');
          socket.write('HTTP/1.1 101 \\r\\nUpgrade: websocket\\r\\nConnection: Upgrade\\r\\nSec-WebSocket-Accept: ' + accept + '\\r\\n\\r\\n');
          socket.on('data', (frame) => socket.end(Buffer.from([0x88, 0]))).on('error', () => {});
        });
        const socket = new WebSocket(origin.replace('http', 'ws'));
        await once(socket, 'open');
        console.log(JSON.stringify('open'));
        socket.close();
        await once(socket, 'close');
        end();`,
    },
    see: incomplete,
    right: 0,
  },
  {
    behaviour: 'the spans of responses that the application leaves early have ended',
    files: {
      'app.mjs': `${SERVER}
        server.removeAllListeners('request').on('request', (_request, response) => response.writeHead(200).write('begun'));
        const closed = (emitter) => new Promise((resolve) => emitter.on('close', resolve));
        const get = async (options) => {
          const request = http.get(origin, options).on('error', () => {});
          return { request, response: (await once(request, 'response'))[0] };
        };
        const destroyed = await get();
        destroyed.response.destroy();
        await closed(destroyed.request);
        for await (const _ of (await get()).response) break;
        const controller = new AbortController();
        const aborted = await get({ signal: controller.signal });
        aborted.response.on('error', () => {});
        controller.abort();
        await closed(aborted.request);
        await (await fetch(origin)).body.cancel();
        for await (const _ of (await fetch(origin)).body) break;
        const signals = new AbortController();
        const fetched = await fetch(origin, { signal: signals.signal });
        signals.abort();
        await fetched.text().catch(() => {});
        console.log(JSON.stringify('left'));
        end();`,
    },
    see: (run) => [run.spans.length, incomplete(run)],
    right: [12, 0],
  },
  {
    behaviour: 'the span of a stream of openai that the application leaves early has ended',
    end: HANDS,
    files: {
      'app.mjs': `
        import OpenAI from 'openai';
        const { chat } = new OpenAI({ baseURL: process.env.OPENAI, apiKey: 'key', maxRetries: 0 });
        const stream = await chat.completions.create({ model: 'good', stream: true, messages: [{ role: 'user', content: 'hi' }] });
        for await (const _ of stream) { stream.controller.abort(); break; }
        console.log(JSON.stringify('left'));`,
    },
    see: incomplete,
    right: 0,
  },
  {
    behaviour: 'the URL of fetch() is the one that was asked for, whatever its path looks like',
    files: {
      'app.mjs': `${SERVER}
        await (await fetch(origin + '//evil.example/x')).text();
        console.log(JSON.stringify(origin));
        end();`,
    },
    see: (run) => [
      client(run)['url.full'] === `${run.printed as string}//evil.example/x`,
      client(run)['server.address'],
    ],
    right: [true, '127.0.0.1'],
  },
  {
    behaviour: 'url.query of fetch() is the query without its question mark',
    files: { 'app.mjs': `${SERVER} await (await fetch(origin + '/x?a=1')).text(); console.log(1); end();` },
    see: (run) => client(run)['url.query'],
    right: 'a=1',
  },
  {
    behaviour: 'the query of a request is recorded as it was sent',
    files: { 'app.mjs': `${SERVER} await (await fetch(origin + '/x?a&%')).text(); console.log(1); end();` },
    see: (run) => served(run)['url.query'],
    right: 'a&%',
  },
  {
    behaviour: 'error.type of a fetch() that was given up in time is the name of the error',
    files: {
      'app.mjs': `${SERVER}
        const controller = new AbortController();
        let closed;
        server.removeAllListeners('request').on('request', (request) => {
          closed = once(request.socket, 'close');
          controller.abort(new DOMException('too late', 'TimeoutError')); // as AbortSignal.timeout() does it
        });
        console.log(JSON.stringify(await fetch(origin, { signal: controller.signal }).catch(({ name }) => name)));
        await closed;
        end();`,
    },
    see: (run) => client(run)['error.type'],
    right: 'TimeoutError',
  },
  {
    behaviour: 'a request that was never answered has no status code',
    files: {
      'app.mjs': `${SERVER}
        server.removeAllListeners('request').on('request', (request) => request.destroy());
        const socket = net.connect(port, '127.0.0.1').on('error', () => {}).resume();
        socket.write('GET /x HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n');
        await once(socket, 'close');
        console.log(1);
        end();`,
    },
    see: (run) => [served(run)['url.path'], served(run)['http.response.status_code']],
    right: ['/x', undefined],
  },
  {
    behaviour: 'url.path is there, whatever the header Host says',
    files: {
      'app.mjs': `${SERVER}
        const socket = net.connect(port, '127.0.0.1').resume();
        socket.write('GET /x HTTP/1.1\\r\\nHost: a b\\r\\nConnection: close\\r\\n\\r\\n');
        await once(socket, 'close');
        console.log(1);
        end();`,
    },
    see: (run) => served(run)['url.path'],
    right: '/x',
  },
  {
    behaviour: 'a Lambda handler in an ES module has a server span',
    end: HANDS,
    files: {
      'index.mjs': `export const handler = async () => 'done';`,
      'app.mjs': `
        const { handler } = await import('./index.mjs'); // as the runtime does it
        console.log(JSON.stringify(await handler({}, { functionName: 'f', invokedFunctionArn: 'arn:aws:lambda:eu:1:function:f' })));`,
    },
    env: { _HANDLER: 'index.handler', LAMBDA_TASK_ROOT: '.' },
    see: ({ spans }) => spans.map(({ name, kind }) => [name, kind]),
    right: [['f', SERVED]],
  },
];

describe.each(FAULTS)('$behaviour', async (fault) => {
  const { end, see, right, ...app } = fault;
  const run = await runUnderPreload(app);
  const seen = see(run); // outside of the test that must fail for the fault alone

  test('its application runs', () => {
    expect(run).toMatchObject({ exit: { code: 0, signal: null }, stderr: '' });
    expect(run.printed).toBeDefined();
  });

  test(`is right${end === undefined ? '' : `; ends with: ${end}`}`, { fails: end !== undefined }, () => {
    expect(seen).toEqual(right);
  });
});

async function runUnderPreload({ files, env }: Pick<Fault, 'files' | 'env'>) {
  await using openai = await startOpenAi();
  using folder = fixtureBeside(await installCatalogue(), files);
  await using app = await runApp({ args: ['app.mjs'], cwd: folder.path, env: { ...env, OPENAI: openai.url, ROOT } });
  const exit = await app.exited;
  const { stdout, stderr } = app;
  return { exit, stderr, printed: stdout === '' ? undefined : (JSON.parse(stdout) as unknown), spans: app.spans() };
}

function attributesOf(span: SpanRecord | undefined): SpanRecord['attributes'] {
  if (span === undefined) throw new Error('there is no such span');
  return span.attributes;
}

function incomplete({ spans }: Run): number {
  return spans.filter(({ attributes }) => attributes['clew.incomplete'] === true).length;
}

/** Names of the parents of the spans with this name, in order. */
function parents(spans: readonly SpanRecord[], name: string): string[] {
  return spans
    .filter((span) => span.name === name)
    .map(({ parentSpanId }) => spans.find(({ spanId }) => spanId === parentSpanId)?.name ?? 'none')
    .toSorted((a, b) => a.localeCompare(b));
}
