import { connect } from 'node:net';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';

import { runApp, type RunningApp } from '@clew/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { PARENT_ID, TRACE_ID, TRACEPARENT_RULES, TRACESTATE_RULES, type HeaderLines } from './rules.ts';

// The rules of the recommendation on a real application: it is sent the headers over a socket, byte for byte, and asks
// this process twice, which sees what travels on.
const CALLS = 2;
let receiver: Server;
let received: IncomingHttpHeaders[] = [];
let receiverUrl: string;

beforeAll(async () => {
  receiver = createServer((request, response) => {
    received.push(request.headers);
    request.resume();
    response.end();
  });
  await new Promise<void>((resolve) => void receiver.listen(0, '127.0.0.1', resolve));
  receiverUrl = `http://127.0.0.1:${(receiver.address() as { port: number }).port}/`;
});

afterAll(() => {
  receiver.closeAllConnections();
  receiver.close();
});

describe.each(['harness.mjs', 'harness.cjs'])('%s', (file) => {
  let app: RunningApp;
  let port: number;

  beforeAll(async () => {
    // Thousands of spans that nobody looks at.
    app = await runApp({
      args: [file],
      cwd: new URL('fixtures/', import.meta.url),
      env: { OTEL_TRACES_EXPORTER: 'none' },
      timeoutMillis: 120_000,
    });
    const [, text = ''] = await app.untilStdout(/listening (\d+)/);
    port = Number(text);
  });
  afterAll(() => app[Symbol.asyncDispose]());

  describe.each(['/fetch', '/http'])('by %s', (path) => {
    test.each([...TRACEPARENT_RULES, ...TRACESTATE_RULES])('%s', async (_, headers, expected) => {
      received = [];

      await post(port, path, headers);

      const sent = received.map(({ traceparent }) => parts(traceparent as string));
      expect(sent).toHaveLength(CALLS);
      expect(new Set(sent.map(({ traceId }) => traceId)).size, 'one trace').toBe(1);
      expect(new Set(sent.map(({ parentId }) => parentId)).size, 'a parent-id for each request').toBe(CALLS);
      for (const { traceId, parentId, flags } of sent) {
        expect(traceId === TRACE_ID).toBe(expected.continued);
        expect(parentId).not.toBe(PARENT_ID);
        expect(flags).toBe(expected.flags ?? flags);
      }
      for (const { tracestate } of received) {
        const members = tracestate === undefined ? [] : String(tracestate).split(',');
        expect(members).toEqual(expected.tracestate ?? members);
      }
    });
  });
});

/** Returns the fields of a traceparent, which must itself be valid. */
function parts(traceparent: string) {
  const [, traceId, parentId, flags] =
    /^00-(?!0{32})([\da-f]{32})-(?!0{16})([\da-f]{16})-(0[0-3])$/.exec(traceparent) ?? [];
  expect(traceId, `a valid traceparent: ${traceparent}`).toBeDefined();
  return { traceId, parentId, flags };
}

/** Posts by hand: no client of Node's would send two headers of one name, or one with odd characters. */
async function post(port: number, path: string, headers: HeaderLines): Promise<void> {
  const calls = Array.from({ length: CALLS }, () => ({ url: receiverUrl, arguments: [] }));
  const body = JSON.stringify(calls);
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  const socket = connect(port, '127.0.0.1');
  socket.write(
    `POST ${path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-length: ${body.length}\r\n${lines}\r\n${body}`,
    'latin1',
  );
  let answer = '';
  for await (const chunk of socket) answer += String(chunk);
  expect(answer).toMatch(/^HTTP\/1\.1 200 /);
}
