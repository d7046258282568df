// Stands in for somebody else's tax service, in this process so that there is only one to start.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const RATES: Readonly<Record<string, number>> = { NL: 0.21, IT: 0.22 };
const LOOKUP_MILLIS = 10;

export async function startTaxService(): Promise<{ readonly url: string; stop(): void }> {
  const server = createServer((request, response) => {
    const rate = RATES[request.url?.split('/').at(-1) ?? ''];
    const answer = () => response.writeHead(rate === undefined ? 404 : 200).end(JSON.stringify({ rate }));
    setTimeout(answer, LOOKUP_MILLIS);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, stop: () => void server.close() };
}
