import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

import { systemClock } from './clock.ts';
import { logRecordOf } from './log-record-of.ts';
import { parseLogLine } from './parse-log-line.ts';
import { probeViewer } from './probe-viewer.ts';
import { createReceiver, type ReceiverStats } from './receiver/create-receiver.ts';
import { isLocalHost } from './receiver/is-local.ts';
import type { ReceivedRequest } from './receiver/receive-export.ts';
import type { SpanRecord } from './span-record.ts';
import { createStore, type Store, type StoreOptions, type StoreStats } from './store/create-store.ts';
import { entrySpan, type Trace } from './trace.ts';
import { ViewerPortError } from './viewer-port-error.ts';
import { waitFor } from './wait-for.ts';

export interface ViewerOptions extends StoreOptions {
  /** `127.0.0.1`, `localhost` or `::1`; others throw. Default: `127.0.0.1`. */
  readonly host?: string;
  /** 0 takes any free port. Default: 4318. */
  readonly port?: number;
  /** Keeps every OTLP request in `received`, without bound: for tests. Default: false. */
  readonly keepRequests?: boolean;
}

/** A running OTLP receiver with the traces that it got. */
export interface Viewer {
  /** E.g. `http://127.0.0.1:4318`, for `OTEL_EXPORTER_OTLP_ENDPOINT`. */
  readonly url: string;
  readonly port: number;
  readonly store: Store;
  /** The OTLP requests so far, in order; empty without `keepRequests`. */
  readonly received: readonly ReceivedRequest[];
  stats(): ViewerStats;
  /**
   * Resolves with the first complete trace that matches, of those that are here or come.
   * Rejects after the timeout with the list of what came instead.
   */
  waitForTrace(predicate: (trace: Trace) => boolean, options?: WaitOptions): Promise<Trace>;
  /** Resolves with the spans that match as soon as there are `count` of them, whether their traces are complete or not. */
  waitForSpans(predicate: (span: SpanRecord) => boolean, options?: WaitForSpansOptions): Promise<SpanRecord[]>;
  /** Resolves when no request has been under way for `quietMillis`, or after `timeoutMillis` in any case. */
  whenIdle(options: { readonly quietMillis: number; readonly timeoutMillis: number }): Promise<void>;
  /** Adds a line of a JSON logger to its trace. @returns false for a line that names no trace */
  addLogLine(line: string): boolean;
  /** Stops listening. What was received stays in `store`. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface WaitOptions {
  /** Default: 5000. */
  readonly timeoutMillis?: number;
}

export interface WaitForSpansOptions extends WaitOptions {
  /** Default: 1. */
  readonly count?: number;
}

export interface ViewerStats extends StoreStats {
  readonly requests: ReceiverStats;
}

export const VIEWER_DEFAULTS: { readonly host: string; readonly port: number; readonly timeoutMillis: number } = {
  host: '127.0.0.1',
  port: 4318,
  timeoutMillis: 5000,
};

const IDLE_CHECK_MILLIS = 10;

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
    stats: () => ({ ...store.stats(), requests: receiver.stats() }),
    waitForTrace: (predicate, { timeoutMillis = VIEWER_DEFAULTS.timeoutMillis } = {}) =>
      waitFor({
        look: () => store.traces().find((trace) => trace.complete && predicate(trace)),
        onChange: (changed) => store.subscribe({ traceComplete: changed, lateSpans: changed }),
        timeoutMillis,
        explain: () => `no complete trace matched; ${describeTraces(store.traces())}`,
        closed: closing.signal,
      }),
    waitForSpans: (predicate, { count = 1, timeoutMillis = VIEWER_DEFAULTS.timeoutMillis } = {}) => {
      const matches = () => store.traces().flatMap(({ spans }) => spans.filter((span) => predicate(span)));
      return waitFor({
        look: () => {
          const spans = matches();
          return spans.length >= count ? spans : undefined;
        },
        onChange: (changed) => store.subscribe({ spansAdded: changed }),
        timeoutMillis,
        explain: () => `${matches().length} of ${count} spans matched; ${describeTraces(store.traces())}`,
        closed: closing.signal,
      });
    },
    async whenIdle({ quietMillis, timeoutMillis }) {
      const deadline = systemClock.now() + timeoutMillis;
      let busyAt = systemClock.now();
      let seen = -1;
      while (systemClock.now() < Math.min(deadline, busyAt + quietMillis)) {
        await delay(IDLE_CHECK_MILLIS);
        const { traces, logs, metrics } = receiver.stats();
        const requests = traces.requests + logs.requests + metrics.requests;
        if (receiver.inFlight() > 0 || requests !== seen) busyAt = systemClock.now();
        seen = requests;
      }
    },
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

const DESCRIBED_TRACES = 10;

function describeTraces(traces: readonly Trace[]): string {
  if (traces.length === 0) return 'nothing was received';
  const lines = traces.slice(-DESCRIBED_TRACES).map((trace) => {
    const name = entrySpan(trace)?.name ?? '(no root received)';
    return `${name} (${trace.spans.length} spans${trace.complete ? '' : ', not complete'})`;
  });
  return `received: ${lines.join(', ')}`;
}
