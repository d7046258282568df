import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

import { decodeLogs, decodeTraces } from '@clew/viewer';

/** Takes OTLP from several processes and counts what comes. */
export interface Backend extends AsyncDisposable {
  /** The endpoint for one of them. */
  endpointOf(sender: string): string;
  /** How many log records it has sent. */
  recordsOf(sender: string): number;
  /** How many spans it has sent. */
  spansOf(sender: string): number;
}

export async function startBackend(): Promise<Backend> {
  const counts = { logs: new Map<string, number>(), traces: new Map<string, number>() };
  const server = createServer((request, response) => {
    void buffer(request).then((body) => {
      const [, sender = '', , signal] = request.url?.split('/') ?? [];
      if (signal === 'logs') count(counts.logs, sender, decodeLogs(body));
      if (signal === 'traces') count(counts.traces, sender, decodeTraces(body));
      response.end();
    });
  });
  server.keepAliveTimeout = 0; // senders take turns, and may be silent for long
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    endpointOf: (sender) => `http://127.0.0.1:${port}/${sender}`,
    recordsOf: (sender) => counts.logs.get(sender) ?? 0,
    spansOf: (sender) => counts.traces.get(sender) ?? 0,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
}

function count(counts: Map<string, number>, sender: string, arrived: readonly unknown[] = []): void {
  counts.set(sender, (counts.get(sender) ?? 0) + arrived.length);
}
