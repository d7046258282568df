import { createServer, type IncomingHttpHeaders } from 'node:http';

import { runApp } from '@clew/testing';
import { expect, test } from 'vitest';

import { fixture } from '../support/fixture.ts';

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
const SPAN_ID = 'b7ad6b7169203331';

const EDGE = `
  import { createServer } from 'node:http';
  const server = createServer(async (request, response) => {
    await (await fetch(process.env.DOWNSTREAM)).text();
    response.end();
  }).listen(0, '127.0.0.1', () => console.log('listening', server.address().port));
`;

test.each<[names: string, incoming: Record<string, string>, outgoing: Record<string, RegExp>]>([
  ['b3', { b3: `${TRACE_ID}-${SPAN_ID}-1` }, { b3: new RegExp(`^${TRACE_ID}-[\\da-f]{16}-1$`) }],
  [
    'b3multi',
    { 'x-b3-traceid': TRACE_ID, 'x-b3-spanid': SPAN_ID, 'x-b3-sampled': '1' },
    { 'x-b3-traceid': new RegExp(`^${TRACE_ID}$`), 'x-b3-spanid': /^[\da-f]{16}$/, 'x-b3-sampled': /^1$/ },
  ],
  [
    'xray',
    { 'x-amzn-trace-id': `Root=1-${TRACE_ID.slice(0, 8)}-${TRACE_ID.slice(8)};Parent=${SPAN_ID};Sampled=1` },
    { 'x-amzn-trace-id': new RegExp(`Root=1-${TRACE_ID.slice(0, 8)}-${TRACE_ID.slice(8)};.*Sampled=1`) },
  ],
  [
    'jaeger',
    { 'uber-trace-id': `${TRACE_ID}:${SPAN_ID}:0:1`, 'uberctx-user': 'ada%20l' },
    { 'uber-trace-id': new RegExp(`^${TRACE_ID}:[\\da-f]{16}:0:1$`), 'uberctx-user': /^ada%20l$/ },
  ],
  [
    'b3,tracecontext',
    { b3: `${TRACE_ID}-${SPAN_ID}-1` },
    { b3: new RegExp(`^${TRACE_ID}`), traceparent: new RegExp(`^00-${TRACE_ID}-`) },
  ],
])('OTEL_PROPAGATORS=%s continues a trace in that format and hands it on', async (names, incoming, outgoing) => {
  const received = await forward(names, incoming);

  expect(received).toMatchObject(
    Object.fromEntries(Object.entries(outgoing).map(([name, value]) => [name, expect.stringMatching(value)])),
  );
});

test('OTEL_PROPAGATORS=none continues nothing and hands nothing on', async () => {
  const received = await forward('none', { traceparent: `00-${TRACE_ID}-${SPAN_ID}-01` });

  expect(Object.keys(received)).not.toContain('traceparent');
});

/** Returns the headers that the service behind an edge gets for one request with these headers. */
async function forward(names: string, headers: Record<string, string>): Promise<IncomingHttpHeaders> {
  using folder = fixture({ 'edge.mjs': EDGE });
  let received: IncomingHttpHeaders = {};
  const downstream = createServer((request, response) => {
    received = request.headers;
    response.end();
  });
  await new Promise<void>((resolve) => void downstream.listen(0, '127.0.0.1', resolve));
  const { port } = downstream.address() as { port: number };
  const env = { DOWNSTREAM: `http://127.0.0.1:${port}`, OTEL_PROPAGATORS: names, OTEL_TRACES_EXPORTER: 'none' };
  await using edge = await runApp({ args: ['edge.mjs'], cwd: folder.path, env });
  const [, edgePort] = await edge.untilStdout(/listening (\d+)/);

  await (await fetch(`http://127.0.0.1:${edgePort}/`, { headers })).text();

  downstream.closeAllConnections();
  downstream.close();
  return received;
}
