import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { logRecordOf } from './log-record-of.ts';
import { parseLogLine } from './log-lines/parse-log-line.ts';
import { probeViewer } from './probe-viewer.ts';
import type { IdleOptions } from './receiver/create-activity.ts';
import type { RefusedRequest } from './receiver/create-refusals.ts';
import { createReceiver, type ReceiverStats } from './receiver/create-receiver.ts';
import { isLocalHost } from './receiver/is-local.ts';
import type { ReceivedRequest } from './receiver/receive-export.ts';
import { createStore, type Store, type StoreOptions, type StoreStats } from './store/create-store.ts';
import { createTraceWaits, type TraceWaits } from './trace-waits.ts';
import { ViewerPortError } from './viewer-port-error.ts';

export interface ViewerOptions extends StoreOptions {
  /** `127.0.0.1`, `localhost` or `::1`; others throw. Default: `127.0.0.1`. */
  readonly host?: string;
  /** 0 takes any free port. Default: 4318. */
  readonly port?: number;
  /** Keeps every OTLP request in `received`, without bound: for tests. Default: false. */
  readonly keepRequests?: boolean;
}

/** A running OTLP receiver with the traces that it got. */
export interface Viewer extends TraceWaits {
  /** E.g. `http://127.0.0.1:4318`, for `OTEL_EXPORTER_OTLP_ENDPOINT`. */
  readonly url: string;
  readonly port: number;
  readonly store: Store;
  /** The OTLP requests so far, in order; empty without `keepRequests`. */
  readonly received: readonly ReceivedRequest[];
  stats(): ViewerStats;
  /** Resolves when no request has been under way for `quietMillis`, or after `timeoutMillis` in any case. */
  whenIdle(options: IdleOptions): Promise<void>;
  /** Adds a line of a JSON logger to its trace. @returns false for a line that names no trace */
  addLogLine(line: string): boolean;
  /** Stops listening. What was received stays in `store`. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface ViewerStats extends StoreStats {
  readonly requests: ReceiverStats;
  /** The last request that wanted to deliver telemetry and was refused. */
  readonly lastError: RefusedRequest | undefined;
}

export const VIEWER_DEFAULTS: { readonly host: string; readonly port: number } = { host: '127.0.0.1', port: 4318 };

// An exporter that is quiet for longer than Node's 5 seconds must not find its connection closed as it sends.
const SERVER_OPTIONS = { requestTimeout: 30_000, keepAliveTimeout: 60_000 };

/**
 * Starts an OTLP/HTTP receiver on this machine and keeps the traces it gets in memory.
 *
 * @throws ViewerPortError when the port is taken; it says whether by another viewer
 */
export async function startViewer(options: ViewerOptions = {}): Promise<Viewer> {
  const host = options.host ?? VIEWER_DEFAULTS.host;
  const hostInUrl = host.includes(':') ? `[${host}]` : host;
  if (!isLocalHost(hostInUrl))
    throw new TypeError(`host is ${JSON.stringify(host)}, expected 127.0.0.1, localhost or ::1`);

  const store = createStore(options);
  const received: ReceivedRequest[] = [];
  const keep = (request: ReceivedRequest) => void (options.keepRequests === true && received.push(request));
  const receiver = createReceiver({ store, version: packageVersion(), keep });
  const server = createServer(SERVER_OPTIONS, receiver.listener);
  server.on('clientError', receiver.onClientError);
  const port = await listen(server, options.port ?? VIEWER_DEFAULTS.port, host, hostInUrl);
  const closing = new AbortController();

  async function close(): Promise<void> {
    closing.abort();
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  }

  return {
    url: `http://${hostInUrl}:${port}`,
    port,
    store,
    received,
    stats: () => ({ ...store.stats(), requests: receiver.stats(), lastError: receiver.lastError() }),
    ...createTraceWaits(store, closing.signal),
    whenIdle: receiver.whenIdle,
    addLogLine(line) {
      const parsed = parseLogLine(line);
      return parsed !== undefined && store.addLogs([logRecordOf(parsed)]).added === 1;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function listen(server: Server, port: number, host: string, hostInUrl: string): Promise<number> {
  try {
    await once(server.listen(port, host), 'listening');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    const url = `http://${hostInUrl}:${port}`;
    throw new ViewerPortError(port, url, await probeViewer(url));
  }
  return (server.address() as AddressInfo).port;
}

function packageVersion(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
