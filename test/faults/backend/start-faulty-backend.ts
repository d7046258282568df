import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

import type { Conduct } from './conduct.ts';
import type { Account } from './ledger.ts';

/** A backend for OTLP that fails as told, in a thread of its own. */
export interface FaultyBackend extends AsyncDisposable {
  /** For `OTEL_EXPORTER_OTLP_ENDPOINT`; stays the same while the port is closed. */
  readonly url: string;
  /** From now on it meets requests like this; resolves when that is so. */
  become(conduct: Conduct): Promise<void>;
  /** Resolves with the account so far. */
  account(): Promise<Account>;
  /** Resolves as soon as so many requests have come, are done with, or so many spans are taken. */
  until(count: number, of: Milestone): Promise<void>;
}

type Milestone = 'requests' | 'settled' | 'spans';

export interface BackendSetup {
  /** `http` takes protobuf and JSON. */
  readonly protocol: 'http' | 'grpc';
}

/** Message to the thread; it answers with its account, as soon as it has got as far as `until`. */
export interface BackendQuestion {
  readonly conduct?: Conduct;
  readonly until?: { readonly count: number; readonly of: Milestone };
}

interface BackendReply {
  readonly id: number;
  readonly port: number;
  readonly account: Account;
}

/** Starts a backend on a free port of this machine. */
export async function startFaultyBackend(
  conduct: Conduct = {},
  setup: BackendSetup = { protocol: 'http' },
): Promise<FaultyBackend> {
  const worker = new Worker(new URL('backend-worker.ts', import.meta.url), { workerData: setup });
  const waiting = new Map<number, (reply: BackendReply) => void>();
  let questions = 0;
  worker.on('message', (reply: BackendReply) => waiting.get(reply.id)?.(reply));
  const ask = (question: BackendQuestion) => {
    const id = questions++;
    worker.postMessage({ id, ...question });
    return new Promise<BackendReply>((resolve) => waiting.set(id, resolve));
  };
  const failed = once(worker, 'error').then(([error]) => {
    throw error;
  });
  const { port } = await Promise.race([ask({ conduct }), failed]);
  failed.catch(() => {});
  return {
    url: `http://127.0.0.1:${port}`,
    become: async (next) => void (await ask({ conduct: next })),
    account: async () => (await ask({})).account,
    until: async (count, of) => void (await ask({ until: { count, of } })),
    [Symbol.asyncDispose]: async () => void (await worker.terminate()),
  };
}
