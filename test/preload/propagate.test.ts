import { createServer, type IncomingHttpHeaders } from 'node:http';

import { runApp } from '@clew/testing';
import { describe, expect, test } from 'vitest';

import { fixture } from '../support/fixture.ts';

// Inside a span and with baggage, asks DOWNSTREAM by WAY; in the same tick and at every turn that follows, tells others.
const APP = `
  async function main({ http, childProcess, channels, api }) {
    const { context, propagation, ROOT_CONTEXT, trace } = api;
    const told = [];
    const tellOthers = () => {
      const carrier = {};
      propagation.inject(context.active(), carrier);
      told.push(...Object.keys(carrier));
    };
    const startChild = () => {
      const script = 'console.log(Object.keys(process.env).filter((n) => /^(TRACE|BAGG)/.test(n)).join())';
      return childProcess.execFileSync(process.execPath, ['-e', script], { encoding: 'utf8' }).trim();
    };
    const lookup = (name, options, done) => {
      tellOthers();
      done(null, [{ address: '127.0.0.1', family: 4 }]);
    };
    const ways = {
      http: () => new Promise((done) => http.get(process.env.DOWNSTREAM, { lookup }, (r) => r.resume().on('end', done))),
      fetch: async () => (await fetch(process.env.DOWNSTREAM)).text(),
    };

    for (const name of ['undici:request:create', 'undici:client:sendHeaders']) channels.subscribe(name, tellOthers);
    const span = trace.getTracer('app').startSpan('work', {}, ROOT_CONTEXT);
    const baggage = propagation.createBaggage({ tenant: { value: 't1' } });
    await context.with(propagation.setBaggage(trace.setSpan(ROOT_CONTEXT, span), baggage), async () => {
      const answer = ways[process.env.WAY]();
      tellOthers();
      const child = startChild();
      for (let turn = 0; turn < 20; turn++) {
        await null;
        tellOthers();
      }
      await answer;
      console.log(JSON.stringify({ told, child }));
    });
  }`;
const MODULES = {
  'app.mjs': `
    import * as api from '@opentelemetry/api';
    import http from 'node:http';
    import childProcess from 'node:child_process';
    import channels from 'node:diagnostics_channel';
    ${APP}
    await main({ http, childProcess, channels, api });`,
  'app.cjs': `
    ${APP}
    main({
      http: require('http'),
      childProcess: require('child_process'),
      channels: require('diagnostics_channel'),
      api: require('@opentelemetry/api'),
    });`,
};
const FILES = ['app.mjs', 'app.cjs'] as const;
const WAYS = ['http', 'fetch'] as const;
const CASES = WAYS.flatMap((way) => FILES.map((file) => [way, file] as const));

describe('a host that is listed is told, and in the same tick nobody else is', () => {
  test.each(CASES)('by %s in %s', async (way, file) => {
    const { received, told, child } = await askDownstream(way, file, {
      propagate: { trace: ['localhost'], baggage: ['localhost'] },
    });

    expect([received['traceparent'], received['baggage']]).toEqual([expect.any(String), 'tenant=t1']);
    expect({ told, child }).toEqual({ told: [], child: '' });
  });
});

describe('an IPv6 address matches in either notation', () => {
  test.each(['::1', '[::1]', '0:0:0:0:0:0:0:1'])('%s', async (listed) => {
    const traced: string[] = [];
    const downstream = createServer(({ url = '', headers }, response) => {
      if (headers['traceparent'] !== undefined) traced.push(url);
      response.end();
    });
    await new Promise<void>((resolve) => void downstream.listen(0, '::1', resolve));
    const { port } = downstream.address() as { port: number };
    const app = `
      import { get } from 'node:http';
      const got = (...request) => new Promise((done) => get(...request, (r) => r.resume().on('end', done)));
      await got({ host: '::1', port: ${port}, path: '/host' });
      await got({ hostname: '::1', port: ${port}, path: '/hostname' });
      await got('http://[::1]:${port}/text');
      await got(new URL('http://[::1]:${port}/url'));
      await (await fetch('http://[::1]:${port}/fetch')).text();`;

    await runToEnd(app, { propagate: { trace: [listed] } });

    downstream.closeAllConnections();
    downstream.close();
    expect(traced).toEqual(['/host', '/hostname', '/text', '/url', '/fetch']);
  });
});

describe('a child process', () => {
  const CHILD = "console.log(['TRACEPARENT', 'BAGGAGE'].filter((name) => process.env[name]).join())";
  const APP_WITH_CHILD = `
    import { execFileSync } from 'node:child_process';
    import { context, propagation, ROOT_CONTEXT, trace } from '@opentelemetry/api';
    const startChild = () => execFileSync(process.execPath, ['-e', ${JSON.stringify(CHILD)}], { encoding: 'utf8' }).trim();
    const span = trace.getTracer('app').startSpan('work');
    const baggage = propagation.createBaggage({ tenant: { value: 't1' } });
    const inSpan = propagation.setBaggage(trace.setSpan(context.active(), span), baggage);
    console.log(JSON.stringify([context.with(inSpan, startChild), startChild(), context.with(ROOT_CONTEXT, startChild)]));`;
  const ENV = { TRACEPARENT: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', BAGGAGE: 'tenant=t1' };

  test.each<[propagate: object, gets: string]>([
    [{}, 'TRACEPARENT,BAGGAGE'],
    [{ children: 'trace' }, 'TRACEPARENT'],
    [{ children: 'none' }, ''],
    [{ trace: ['a.internal'] }, ''],
    [{ baggage: ['a.internal'] }, ''],
    [{ trace: ['a.internal'], children: 'all' }, 'TRACEPARENT,BAGGAGE'],
  ])('with %j gets "%s"', async (propagate, gets) => {
    const stdout = await runToEnd(APP_WITH_CHILD, { propagate }, ENV);

    const [inSpan, startingUp, detached] = JSON.parse(stdout) as string[];
    expect([inSpan, startingUp]).toEqual([gets, gets]);
    expect(['', gets]).toContain(detached); // no more than the others, at most
  });

  test.each([
    ["({ kind }) => (kind === 'child' ? 'trace' : 'none')", 'TRACEPARENT', /^$/],
    ["() => 'everything'", '', /^$/],
    [
      "() => { throw new Error('no decision') }",
      '',
      /^clew: the propagate\.children option failed: Error at \S+clew\.config\.mjs:1:\d+$/,
    ],
  ])('with the function %s gets "%s"', async (decide, gets, stderr) => {
    using folder = fixture({
      'app.mjs': APP_WITH_CHILD,
      'clew.config.mjs': `export default { propagate: { children: ${decide} } };`,
    });
    await using app = await runApp({ args: ['app.mjs'], cwd: folder.path, env: ENV });

    await app.exited;

    expect(JSON.parse(app.stdout)).toEqual([gets, gets, '']);
    expect(app.stderr.split('\n')[0]).toMatch(stderr);
  });
});

async function runToEnd(source: string, options: object, env: NodeJS.ProcessEnv = {}): Promise<string> {
  using folder = fixture({ 'app.mjs': source, 'clew.config.json': JSON.stringify(options) });
  await using app = await runApp({ args: ['app.mjs'], cwd: folder.path, env });
  await app.exited;
  expect(app.stderr).toBe('');
  return app.stdout;
}

/** Runs the app with these options; tells what the server received, the app's own carriers and its child. */
async function askDownstream(way: string, file: keyof typeof MODULES, options: object) {
  let received: IncomingHttpHeaders = {};
  const downstream = createServer((request, response) => {
    received = request.headers;
    response.end();
  });
  await new Promise<void>((resolve) => void downstream.listen(0, '127.0.0.1', resolve));
  const { port } = downstream.address() as { port: number };
  using folder = fixture({ ...MODULES, 'clew.config.json': JSON.stringify(options) });
  const env = { WAY: way, DOWNSTREAM: `http://localhost:${port}` };
  await using app = await runApp({ args: [file], cwd: folder.path, env });
  await app.exited;
  downstream.closeAllConnections();
  downstream.close();
  expect(app.stderr).toBe('');
  return { received, ...(JSON.parse(app.stdout) as { told: string[]; child: string }) };
}
