// What an application does to Node's own objects, and finds there, beside the same without the preload.
import { runApp } from '@clew/testing';
import { expect, test } from 'vitest';

import { fixture } from '../support/fixture.ts';

const SEES_THE_SAME: Readonly<Record<string, string>> = {
  'an object that inherits from process has the listeners that it was given': `
    const own = Object.create(process);
    require('node:events').call(own);
    own.on('x', () => {});
    console.log(own.listeners('x').length, own.rawListeners('x').length, process.listeners.length, process.listeners.name);`,
  'an agent that was copied from one of Node works': `
    const http = require('node:http');
    const base = new http.Agent();
    const agent = {};
    for (const key in base) agent[key] = typeof base[key] === 'function' ? base[key].bind(base) : base[key];
    http.get({ port: 1, host: '127.0.0.1', agent }).on('error', (error) => console.log(error.code));`,
  'what wraps a response by its listed members has all of them': `
    const http = require('node:http');
    const names = (object) => { const all = []; for (const key in object) all.push(key); return all.sort(); };
    const server = http.createServer((request, response) => {
      console.log(names(request).join(), names(response).join());
      response.end();
    }).listen(0, '127.0.0.1', () => {
      const sent = http.get({ port: server.address().port, host: '127.0.0.1', agent: false }, (response) => {
        console.log(names(sent).join());
        response.resume().on('end', () => server.close());
      });
    });`,
  'a client that the application puts in the place of that of Node breaks nothing': `
    const http = require('node:http');
    const { request } = http;
    http.request = () => 'stub';
    require('@opentelemetry/api').trace.getTracer('app').startSpan('work').end();
    console.log('ends');`,
};

test.each(Object.entries(SEES_THE_SAME))('%s', async (_, program) => {
  using folder = fixture({ 'app.cjs': program });
  await using bare = await runApp({ args: ['app.cjs'], cwd: folder.path, preload: false });
  await using app = await runApp({ args: ['app.cjs'], cwd: folder.path });

  const [without, withUs] = await Promise.all([bare.exited, app.exited]);

  expect([app.stdout, withUs]).toEqual([bare.stdout, without]);
  expect(bare.stdout).not.toBe('');
});

test('a tracestate that a proxy hands on does not stay beside a traceparent of ours', async () => {
  const program = `
    const http = require('node:http');
    const received = [];
    const server = http.createServer((request, response) => {
      received.push(request.headers.tracestate);
      response.end();
    }).listen(0, '127.0.0.1', async () => {
      const url = 'http://127.0.0.1:' + server.address().port;
      const headers = { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', tracestate: 'a=b' };
      const get = (options) => new Promise((done) => http.get(url, options, (response) => response.resume().on('end', done)));
      await get({ headers });
      await get({ headers: ['host', 'shop', ...Object.entries(headers).flat()] });
      await (await fetch(url, { headers })).text();
      console.log(received.filter((state) => state !== undefined).length, received.length);
      server.close();
    });`;
  using folder = fixture({ 'app.cjs': program });
  await using app = await runApp({ args: ['app.cjs'], cwd: folder.path });

  await app.exited;

  expect([app.stderr, app.stdout]).toEqual(['', '0 3\n']);
});
