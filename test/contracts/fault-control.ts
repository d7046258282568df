import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';

import type { Service } from '../services/service.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';
import { handledOnce, type HandledOnce } from './handled-once.ts';

/** The way of one program to its broker, and a port at which the program asks for faults. */
export interface FaultControl extends AsyncDisposable {
  /** URL of the broker. */
  readonly url: string;
  readonly port: number;
}

/** Does something once for two programs that both ask for it, as soon as the second one does. */
export function onceForBoth(work: () => Promise<void>): () => Promise<void> {
  let first: HandledOnce<Promise<void>> | undefined;
  return async () => {
    if (first === undefined) {
      first = handledOnce<Promise<void>>();
      return first.promise;
    }
    const done = work();
    first.done(done);
    first = undefined;
    return done;
  };
}

/** Starts the control of one program. A fault is its name, sent on a connection that is closed when it has happened. */
export async function startFaultControl(
  service: Service,
  shared: Readonly<Record<string, () => unknown>>,
): Promise<FaultControl> {
  const proxy = await startTcpProxy(service.url);
  const faults: Readonly<Record<string, () => unknown>> = {
    cut: proxy.cut,
    refuse: proxy.refuse,
    accept: proxy.accept,
    ...shared,
  };
  const answer = async (socket: Socket): Promise<void> => {
    const [kind] = (await once(socket.setEncoding('utf8'), 'data')) as [string];
    await faults[kind]?.();
    socket.end();
  };
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    answer(socket).catch((error: unknown) => socket.destroy(error as Error));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: proxy.url,
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      server.close();
      await proxy[Symbol.asyncDispose]();
    },
  };
}
