import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

import { decodeLogs } from '@clew/viewer';

/** Takes OTLP from several processes and counts their log records. */
export interface LogBackend extends AsyncDisposable {
  /** The endpoint for one of them. */
  endpointOf(sender: string): string;
  /** How many log records it has sent. */
  recordsOf(sender: string): number;
}

export async function startLogBackend(): Promise<LogBackend> {
  const records = new Map<string, number>();
  const server = createServer((request, response) => {
    void buffer(request).then((body) => {
      const [, sender = '', , signal] = request.url?.split('/') ?? [];
      const arrived = signal === 'logs' ? (decodeLogs(body)?.length ?? 0) : 0;
      records.set(sender, (records.get(sender) ?? 0) + arrived);
      response.end();
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    endpointOf: (sender) => `http://127.0.0.1:${port}/${sender}`,
    recordsOf: (sender) => records.get(sender) ?? 0,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
}
