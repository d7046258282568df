// The thread of `startFaultyBackend`: it answers whatever its parent is busy with.
import { EventEmitter, once } from 'node:events';
import { parentPort, workerData } from 'node:worker_threads';

import type { BackendQuestion, BackendSetup } from './start-faulty-backend.ts';
import type { Conduct } from './conduct.ts';
import type { Exchange } from './exchange.ts';
import { createGrpcListener } from './grpc-listener.ts';
import { createHttpListener } from './http-listener.ts';
import { createLedger } from './ledger.ts';
import { meet } from './meet.ts';

const { protocol } = workerData as BackendSetup;
const ledger = createLedger();
const progress = new EventEmitter();
let conduct: Conduct = {};
let met = 0;

const elsewhere = createHttpListener(async (exchange) => {
  ledger.countStray();
  await exchange.answer({ status: 200 });
});
const redirectTo = `http://127.0.0.1:${await elsewhere.open(0)}`;

const listener = (protocol === 'grpc' ? createGrpcListener : createHttpListener)(async (exchange: Exchange) => {
  ledger.countRequest();
  progress.emit('made');
  await meet(exchange, conduct, met++, ledger, redirectTo).finally(() => {
    ledger.countSettled();
    progress.emit('made');
  });
});
const port = await listener.open(0);
let isOpen = true;

async function become(next: Conduct): Promise<void> {
  conduct = next;
  met = 0;
  const opens = next.fault !== 'refuse';
  if (opens && !isOpen) await listener.open(port);
  if (!opens && isOpen) await listener.close();
  isOpen = opens;
}

parentPort?.on('message', ({ id, conduct: next, until }: BackendQuestion & { id: number }) => {
  void (async () => {
    if (next !== undefined) await become(next);
    if (until !== undefined) await reached(until);
    parentPort?.postMessage({ id, port, account: ledger.account() });
  })();
});

async function reached({ count, of }: NonNullable<BackendQuestion['until']>): Promise<void> {
  const reached = () => (of === 'spans' ? ledger.account().spans.received : ledger.account()[of]);
  while (reached() < count) await once(progress, 'made');
}
