// The tax API, on plain node:http. It looks up most countries at once; for Italy it takes its time.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { pino } from 'pino';

const RATES: Readonly<Record<string, { readonly rate: number; readonly lookupMillis: number }>> = {
  NL: { rate: 0.21, lookupMillis: 5 },
  IT: { rate: 0.22, lookupMillis: 1800 },
};

const log = pino({ name: 'tax' });

const server = createServer((request, response) => {
  const country = request.url?.split('/').at(-1) ?? '';
  const { rate, lookupMillis } = RATES[country] ?? { rate: 0, lookupMillis: 0 };
  setTimeout(() => {
    log.info({ country, rate }, 'rate looked up');
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ rate }));
  }, lookupMillis);
});

server.listen(0, '127.0.0.1', () => {
  process.send?.({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
});
