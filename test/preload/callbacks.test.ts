import { runApp } from '@clew/testing';
import { decodeLogs } from '@clew/viewer';
import { expect, test } from 'vitest';

import { fixture } from '../support/fixture.ts';

const APP = `
  import { logs, metrics, trace } from '@opentelemetry/api';
  process.on('unhandledRejection', (error) => console.log('unhandled', error));
  trace.getTracer('shop').startActiveSpan('work', (span) => {
    logs.getLogger('shop').emit({ body: 'line' });
    metrics.getMeter('shop').createCounter('sold').add(1);
    span.end();
  });
  await new Promise((done) => setTimeout(done, 50));
  console.log('done');`;

/** An object whose every method fails in this way, and which has these besides. */
const BROKEN = `
  const broken = (how, own = {}) => new Proxy({}, { get: (_, name) => name in own ? own[name] : typeof name === 'symbol' || name === 'then' ? undefined : how, has: () => true });
  const ways = { throws: () => { throw new Error('refused'); }, rejects: async () => { throw new Error('refused'); }, 'returns nonsense': () => 7 };`;

test.each(['throws', 'rejects', 'returns nonsense'])(
  'where each callback of the application %s, everything arrives and the application runs',
  async (way) => {
    using folder = fixture({
      'package.json': '{ "name": "plain" }',
      'app.mjs': APP,
      'clew.config.mjs': `${BROKEN}
        const how = ways[${JSON.stringify(way)}];
        export default {
          logRecordProcessors: [broken(how)],
          spanProcessors: [broken(how)],
          metricReaders: [broken(how)],
          idGenerator: broken(how),
          sampler: broken(how),
          exporters: { traces: [${way === 'returns nonsense' ? '' : 'broken(how), '}'otlp'], metrics: ['otlp'], logs: ['otlp'] },
        };`,
    });
    await using app = await runApp({ args: ['app.mjs'], cwd: folder.path });

    const { code } = await app.exited;

    const paths = new Set(app.viewer.received.map(({ path }) => path));
    const records = app.viewer.received
      .filter(({ path }) => path === '/v1/logs')
      .flatMap(({ body }) => decodeLogs(body, () => {}) ?? []);
    expect([code, app.stdout]).toEqual([0, 'done\n']);
    expect(app.spans().map(({ name }) => name)).toEqual(['work']);
    expect(records.map(({ body }) => body)).toEqual(['line', 'done']);
    expect(paths).toContain('/v1/metrics');
    expect(
      app.stderr
        .trim()
        .split('\n')
        .every((line) => line.startsWith('clew: ')),
    ).toBe(true);
  },
);

const REQUESTS = `
  import http from 'node:http';
  import { once } from 'node:events';
  import { existsSync } from 'node:fs';
  import { traced } from '@clew/spans';
  process.on('unhandledRejection', (error) => console.log('unhandled', error));
  const server = http.createServer((_request, response) => response.end('well'));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const url = 'http://127.0.0.1:' + server.address().port + '/orders?id=7';
  const answers = [await (await fetch(url)).text()];
  answers.push(await new Promise((resolve) => http.get(url, { agent: false }, (response) => response.on('data', (body) => resolve(String(body))))));
  const how = (await import('./ways.mjs')).default;
  const options = { attributes: how, isError: how };
  answers.push(traced('work', () => existsSync('.') && 'well', options)());
  try { traced('failing', () => { throw new Error('mine'); }, options)(); } catch (error) { answers.push(error.message); }
  server.close();
  server.closeAllConnections();
  await new Promise((done) => setTimeout(done, 50));
  console.log(answers.join());`;

test.each([
  ['throws', "() => { throw new Error('refused'); }"],
  ['rejects', "async () => { throw new Error('refused'); }"],
])(
  'where each function among the options %s, requests have their spans and the application runs',
  async (_way, how) => {
    using folder = fixture({
      'package.json': '{ "name": "plain" }',
      'app.mjs': REQUESTS,
      'ways.mjs': `export default ${how};`,
      'clew.config.mjs': `
      import how from './ways.mjs';
      const hooks = ['requestHook', 'responseHook'];
      const of = (...names) => Object.fromEntries([...hooks, ...names].map((name) => [name, how]));
      const ofHttp = ['ignoreIncomingRequestHook', 'ignoreOutgoingRequestHook', 'applyCustomAttributesOnSpan'];
      export default {
        instrumentations: {
          http: of(...ofHttp, 'startIncomingSpanHook', 'startOutgoingSpanHook'),
          undici: of('ignoreRequestHook', 'startSpanHook'),
          fs: of('createHook', 'endHook'),
        },
        traceResponse: true,
        trust: how,
        redact: { value: how },
        propagate: { messages: how, children: how },
      };`,
    });
    await using app = await runApp({ args: ['app.mjs'], cwd: folder.path });

    const { code } = await app.exited;

    expect([code, app.stdout]).toEqual([0, 'well,well,well,mine\n']);
    // By their kinds: the names are withheld, as everything is that a redaction which fails was asked about.
    expect(
      app
        .spans()
        .map(({ kind }) => kind)
        .toSorted((a, b) => a - b),
    ).toEqual([1, 1, 1, 2, 2, 3, 3]);
    expect(app.stderr).not.toMatch(/^(?!clew: |$)/m);
  },
);
