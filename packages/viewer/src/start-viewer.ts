import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate } from 'node:timers/promises';

import { createAccess } from './api/create-access.ts';
import { createFront } from './api/create-front.ts';
import { metricList } from './api/metric-list.ts';
import { createPageFiles } from './api/page-files.ts';
import { logRecordOf } from './log-record-of.ts';
import { parseLogLine } from './log-lines/parse-log-line.ts';
import { probeViewer } from './probe-viewer.ts';
import type { IdleOptions } from './receiver/create-activity.ts';
import type { RefusedRequest } from './receiver/create-refusals.ts';
import { createIntake, type Intake, type ReceivedRequest, type ReceiverStats } from './receiver/create-intake.ts';
import { createReceiver, type Receiver } from './receiver/create-receiver.ts';
import { isLocalHost } from './receiver/is-local.ts';
import { type GrpcReceiver, type GrpcReceiverOptions, startGrpcReceiver } from './receiver/start-grpc-receiver.ts';
import { tapped, type TelemetryTap } from './saving/telemetry-tap.ts';
import {
  createMetricStore,
  type MetricSnapshot,
  type MetricStore,
  type MetricStats,
} from './store/create-metric-store.ts';
import { createStore, STORE_DEFAULTS, type Store, type StoreOptions, type StoreStats } from './store/create-store.ts';
import { createTraceWaits, type TraceWaits } from './trace-waits.ts';
import { ViewerPortError } from './viewer-port-error.ts';

export interface ViewerOptions extends StoreOptions {
  /** Any other than `127.0.0.1`, `localhost` and `::1` needs a token. Default: `127.0.0.1`. */
  readonly host?: string;
  /**
   * At least 16 visible ASCII characters. Every request must then have it, as `Authorization: Bearer <token>`; a browser
   * brings it once, as `?token=<token>` in the address of the page. Default: none.
   */
  readonly token?: string;
  /** 0 takes any free port. Default: 4318. */
  readonly port?: number;
  /** Receives OTLP over gRPC on this port, too; 0 takes any free one. Default: none, `clew` takes 4317. */
  readonly grpcPort?: number;
  /** Keeps every OTLP request in `received`, without bound: for tests. Default: false. */
  readonly keepRequests?: boolean;
  /** Hears all telemetry as it comes, such as a file of `openSaveFile`. */
  readonly tap?: TelemetryTap;
}

/** A running OTLP receiver with the traces that it got. */
export interface Viewer extends TraceWaits {
  /** E.g. `http://127.0.0.1:4318`, for `OTEL_EXPORTER_OTLP_ENDPOINT`. */
  readonly url: string;
  readonly port: number;
  /** E.g. `http://127.0.0.1:4317`; `undefined` when it is not received over gRPC. */
  readonly grpcUrl: string | undefined;
  /** Why it is not received over gRPC, although a port was given: `port 4317 is taken`. */
  readonly grpcProblem: string | undefined;
  readonly store: Store;
  /** The OTLP requests so far, in order; empty without `keepRequests`. */
  readonly received: readonly ReceivedRequest[];
  stats(): ViewerStats;
  /** The last value of each series of metrics: of at most 2000, and 500 of a service. */
  metrics(): MetricSnapshot;
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
  readonly metrics: MetricStats;
  /** The last request that wanted to deliver telemetry and was refused. */
  readonly lastError: RefusedRequest | undefined;
}

export const VIEWER_DEFAULTS: { readonly host: string; readonly port: number } = { host: '127.0.0.1', port: 4318 };

// An exporter that is quiet for longer than Node's 5 seconds must not find its connection closed as it sends.
const SERVER_OPTIONS = { requestTimeout: 30_000, keepAliveTimeout: 60_000 };

/**
 * Starts a receiver of OTLP on this machine and keeps the traces it gets in memory. Without its port for gRPC it goes on.
 *
 * @throws ViewerPortError when the port is taken; it says whether by another viewer
 */
export async function startViewer(options: ViewerOptions = {}): Promise<Viewer> {
  const { host, urlOf } = placeOf(options);
  const { store, metrics, entrance, intake, received } = createStores(options);
  const version = packageVersion();
  const access = createAccess(options.token);
  let grpc: OpenGrpc = {};
  const grpcUrl = () => grpc.receiver && urlOf(grpc.receiver.port);
  const receiver = createReceiver({ store, version, refusal: access.refusal, intake });
  const closing = new AbortController();
  const server = createServer(SERVER_OPTIONS);
  const front = createFront({
    store,
    receiver,
    access,
    isRemote: options.token !== undefined,
    version,
    facts: () => ({
      http: urlOf((server.address() as AddressInfo).port),
      ...(grpcUrl() !== undefined && { grpc: grpcUrl() }),
      ...limitsOf(options),
      metrics: metrics.stats().series,
    }),
    metrics: () => metricList(metrics.snapshot()),
    files: createPageFiles(),
    closing: closing.signal,
  });
  server.on('request', front).on('clientError', receiver.onClientError);
  const port = await listen(server, options.port ?? VIEWER_DEFAULTS.port, { host, urlOf });
  grpc = await openGrpc({ host, port: options.grpcPort, refusal: access.refusal, intake });

  async function close(): Promise<void> {
    closing.abort();
    await grpc.receiver?.close();
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    await setImmediate(); // those who wait are told that nothing more will come
    server.closeAllConnections();
    await closed;
  }

  return {
    url: urlOf(port),
    port,
    grpcUrl: grpcUrl(),
    grpcProblem: grpc.problem,
    store,
    received,
    stats: () => statsOf({ store, metrics, receiver }),
    metrics: metrics.snapshot,
    ...createTraceWaits(store, closing.signal),
    whenIdle: receiver.whenIdle,
    addLogLine(line) {
      const parsed = parseLogLine(line);
      return parsed !== undefined && entrance.addLogs([logRecordOf(parsed)]).added === 1;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** All that is received, and the ways in: `entrance` for records, `intake` for requests. */
interface Stores {
  readonly store: Store;
  readonly metrics: MetricStore;
  readonly entrance: Store;
  readonly intake: Intake;
  readonly received: readonly ReceivedRequest[];
}

function createStores(options: ViewerOptions): Stores {
  const store = createStore(options);
  const metrics = createMetricStore();
  store.subscribe({ cleared: metrics.clear });
  const received: ReceivedRequest[] = [];
  const keep = (request: ReceivedRequest) => void (options.keepRequests === true && received.push(request));
  const entrance = tapped(store, options.tap);
  return { store, metrics, entrance, intake: createIntake({ store: entrance, metrics }, keep), received };
}

function statsOf({
  store,
  metrics,
  receiver,
}: Pick<Stores, 'store' | 'metrics'> & { receiver: Receiver }): ViewerStats {
  const lastError = receiver.lastError();
  return { ...store.stats(), requests: receiver.stats(), metrics: metrics.stats(), lastError };
}

interface OpenGrpc {
  readonly receiver?: GrpcReceiver;
  readonly problem?: string;
}

async function openGrpc(options: Omit<GrpcReceiverOptions, 'port'> & { port: number | undefined }): Promise<OpenGrpc> {
  const { port } = options;
  if (port === undefined) return {};
  try {
    return { receiver: await startGrpcReceiver({ ...options, port }) };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return { problem: code === 'EADDRINUSE' ? `port ${port} is taken` : message };
  }
}

/** Host that a viewer listens at, and what its ports are called from outside. */
interface Place {
  readonly host: string;
  readonly urlOf: (port: number) => string;
}

function placeOf({ host = VIEWER_DEFAULTS.host, token }: ViewerOptions): Place {
  const hostInUrl = host.includes(':') ? `[${host}]` : host;
  if (!isLocalHost(hostInUrl) && (host === '' || token === undefined)) {
    throw new TypeError(`host is ${JSON.stringify(host)}: expected 127.0.0.1, localhost or ::1, or a token as well`);
  }
  return { host, urlOf: (port) => `http://${hostInUrl}:${port}` };
}

async function listen(server: Server, port: number, { host, urlOf }: Place): Promise<number> {
  try {
    await once(server.listen(port, host), 'listening');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    const url = urlOf(port);
    throw new ViewerPortError(port, url, await probeViewer(url));
  }
  return (server.address() as AddressInfo).port;
}

function limitsOf({ maxSpans, maxBytes }: StoreOptions): Required<Pick<StoreOptions, 'maxSpans' | 'maxBytes'>> {
  return { maxSpans: maxSpans ?? STORE_DEFAULTS.maxSpans, maxBytes: maxBytes ?? STORE_DEFAULTS.maxBytes };
}

function packageVersion(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
