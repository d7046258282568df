import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

import { runApp } from '@clew/testing';
import { expect, test } from 'vitest';

import { fixture } from '../support/fixture.ts';

const CLEW = join(dirname(createRequire(import.meta.url).resolve('@clew/cli/package.json')), 'bin', 'clew.js');

const GATEWAY = `
  import { createServer } from 'node:http';
  import { setTimeout } from 'node:timers/promises';
  import { pino } from 'pino';

  const log = pino({ name: 'gateway' });
  const server = createServer(async (request, response) => {
    log.info({ path: request.url }, 'asks');
    await fetch(process.env.ORDERS_URL + request.url);
    await setTimeout(10); // times are in milliseconds: within one, nobody knows what came first
    log.info('answers');
    response.end();
  });
  server.listen(0, '127.0.0.1', () => console.log('gateway at http://127.0.0.1:' + server.address().port));
`;
const ORDERS = `
  import { createServer } from 'node:http';
  import { traceFields } from '@clew/logs';
  import { trace } from '@opentelemetry/api';
  import winston from 'winston';

  const withTrace = winston.format((info) => {
    const parent_id = trace.getActiveSpan()?.parentSpanContext?.spanId;
    return Object.assign(info, traceFields(), parent_id && { parent_id });
  });
  const log = winston.createLogger({
    defaultMeta: { service: 'orders' },
    format: winston.format.combine(withTrace(), winston.format.timestamp(), winston.format.json()),
    transports: [new winston.transports.Console()],
  });
  const server = createServer((request, response) => {
    log.error('not paid', { path: request.url });
    response.end();
  });
  server.listen(0, '127.0.0.1', () => log.info('orders at http://127.0.0.1:' + server.address().port));
`;

test('clew logs finds the traces in the logs of two services, one with pino and one with winston', async () => {
  using folder = fixture({ 'gateway.mjs': GATEWAY, 'orders.mjs': ORDERS });
  await using orders = await runApp({ args: ['orders.mjs'], cwd: folder.path });
  const [, ordersUrl] = await orders.untilStdout(/orders at (http:[\d.:/]+)/);
  await using gateway = await runApp({ args: ['gateway.mjs'], cwd: folder.path, env: { ORDERS_URL: ordersUrl } });
  const [, gatewayUrl] = await gateway.untilStdout(/gateway at (http:[\d.:/]+)/);
  for (const path of ['/7', '/8']) await fetch(gatewayUrl + path);
  await Promise.all([gateway.untilStdout(/(?:answers[^]*){2}/), orders.untilStdout(/(?:not paid[^]*){2}/)]);
  folder.write('orders.log', orders.stdout);
  folder.write('gateway.log', gateway.stdout);

  const { status, stdout, stderr } = spawnSync(process.execPath, [CLEW, 'logs', 'orders.log', 'gateway.log'], {
    cwd: folder.path,
    encoding: 'utf8',
  });

  const masked = stdout.replaceAll(/[\da-f]{32}/g, 'ID').replaceAll(/\d\d:\d\d:\d\d\.\d{3}/g, 'TIME');
  expect(masked.replaceAll(/\d{4}-\d\d-\d\d/g, 'DAY')).toBe(`${shown('/7')}\n${shown('/8')}`);
  expect(stderr).toBe(
    'clew  2 traces, 6 lines; also read: 1 line without a trace id, 1 line that is not JSON (--all shows lines without a trace id)\n',
  );
  expect(status).toBe(0);
});

function shown(path: string): string {
  return `✖ ID  DAY  3 lines  gateway, orders  in causal order
  TIME INFO  gateway asks {path: "${path}"}
  TIME ERROR orders    not paid {path: "${path}"}
  TIME INFO  gateway answers
`;
}
