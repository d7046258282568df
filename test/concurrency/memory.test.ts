import { runApp } from '@clew/testing';
import { expect, test } from 'vitest';

import { openConnection } from './raw-connection.ts';

const CONNECTIONS = 10;
const ROUNDS = 10;
const PIPELINED = 3;
const TIMEOUT_MILLIS = 60_000;

test.each(['forgets.cjs', 'forgets.mjs'])(
  '%s: requests that have ended leave no context and no span, but for the last one of each open connection',
  async (file) => {
    await using app = await runApp({
      args: ['--expose-gc', file, String(CONNECTIONS * ROUNDS * PIPELINED), String(CONNECTIONS)],
      cwd: new URL('fixtures/', import.meta.url),
      timeoutMillis: TIMEOUT_MILLIS,
    });
    const [, port] = await app.untilStdout(/listening (\d+)/);
    const connections = await Promise.all(Array.from({ length: CONNECTIONS }, () => openConnection(Number(port))));

    for (let round = 0; round < ROUNDS; round++) {
      const requests = Array.from({ length: PIPELINED }, () => ({ head: 'GET / HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n' }));
      await Promise.all(connections.map((connection) => connection.pipeline(requests)));
    }
    await app.untilStdout(/forgotten while connected\n/);
    for (const connection of connections) await connection.end();

    expect(await app.exited).toEqual({ code: 0, signal: null });
    expect(app.stdout).toMatch(/forgotten\n$/);
    expect(app.stderr).toBe('');
  },
  TIMEOUT_MILLIS,
);
