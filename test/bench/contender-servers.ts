import type { App, Neighbours } from './requests-apps.ts';
import type { Contender } from './requests-contenders.ts';
import { startServedApp, type ServedApp } from './served-app.ts';
import { startSpanReceiver, type SpanReceiver } from './span-receiver.ts';

/** Processes of each contender: one of the very same code may settle a quarter from another. */
export const PROCESSES = 3;

/** The servers of one contender. */
export interface ContenderServers {
  readonly contender: Contender;
  /** Takes the spans of all of them. */
  readonly receiver: SpanReceiver;
  readonly servers: readonly ServedApp[];
}

/** @returns each server of each contender in turn; every other round backwards, so that nobody always follows the same neighbour */
export function turnsOf<Entry extends ContenderServers>(entries: readonly Entry[], round: number): Turn<Entry>[] {
  const turns = Array.from({ length: PROCESSES }, (_, n) =>
    entries.flatMap((entry) => {
      const server = entry.servers[n];
      return server === undefined ? [] : [{ entry, n, server }];
    }),
  ).flat();
  return round % 2 === 0 ? turns : turns.toReversed();
}

interface Turn<Entry> {
  readonly entry: Entry;
  /** Number of the server. */
  readonly n: number;
  readonly server: ServedApp;
}

/** @param opened stops them */
export async function startServers(
  app: App,
  contender: Contender,
  neighbours: Neighbours,
  opened: AsyncDisposableStack,
): Promise<ContenderServers> {
  const receiver = opened.use(await startSpanReceiver());
  const { flags, env } = await contender.command(receiver.port);
  const setup = { script: 'requests-app.cjs', args: [app.name], flags, env: { ...neighbours.env, ...env } };
  const start = async () => opened.adopt(await startServedApp(setup), (server) => server.stop());
  const servers = await Promise.all(Array.from({ length: PROCESSES }, start));
  return { contender, receiver, servers };
}
