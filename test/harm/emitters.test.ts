import { runApp } from '@clew/testing';
import { expect, test } from 'vitest';

import { fixture } from '../support/fixture.ts';

const APP = `
  import http from 'node:http';
  import { EventEmitter, once } from 'node:events';
  const seen = [];
  const look = (emitter) => {
    const listener = () => {};
    emitter.on('y', listener).on('y', listener);
    seen.push(emitter.listeners('y').every((each) => each === listener), emitter.rawListeners('y').length);
    emitter.off('y', listener).off('y', listener);
    seen.push(emitter.listenerCount('y'));
    try { emitter.on('y', undefined); } catch (error) { seen.push(error.code); }
    seen.push(Object.keys(emitter).filter((key) => typeof EventEmitter.prototype[key] === 'function'));
  };
  const server = http.createServer((request, response) => {
    look(request);
    look(response);
    response.end('well');
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const request = http.get({ port: server.address().port, host: '127.0.0.1' });
  look(request);
  const [response] = await once(request, 'response');
  look(response);
  await new Response(response).text();
  server.close();
  console.log(JSON.stringify(seen));`;

test('listeners of requests and responses are found, counted and removed as without the preload', async () => {
  using folder = fixture({ 'app.mjs': APP });
  await using app = await runApp({ args: ['app.mjs'], cwd: folder.path });
  await app.exited;

  const ofEach = [true, 2, 0, 'ERR_INVALID_ARG_TYPE', []];
  expect(JSON.parse(app.stdout)).toEqual([...ofEach, ...ofEach, ...ofEach, ...ofEach]);
  expect(
    app
      .spans()
      .map(({ kind }) => kind)
      .toSorted((a, b) => a - b),
  ).toEqual([2, 3]);
  expect(app.stderr).toBe('');
});
