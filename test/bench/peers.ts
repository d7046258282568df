import { createRequire } from 'node:module';
import { join } from 'node:path';

import { cachedInstall } from '../support/cached-install.ts';
import { npmInstall } from '../support/npm-install.ts';

type Work = (n: number) => unknown;

/** Wrappers of others, each turning a function into one that runs in a span named `add`. */
export interface Peers {
  autotel(work: Work): Work;
  logfire(work: Work): Work;
}

const AUTOTEL = 'autotel@7.9.0';
const LOGFIRE = '@pydantic/logfire-api@0.9.0';

const TRANSPORT = 'pino-opentelemetry-transport@4.0.2';

/** The transport of pino's own organisation, which sends lines as OTLP from a worker thread. */
export async function openTelemetryTransport(): Promise<string> {
  const folder = await cachedInstall('bench-pino-transport-1', (draft) => npmInstall(draft, TRANSPORT));
  return createRequire(join(folder, 'node_modules/')).resolve('pino-opentelemetry-transport');
}

/** The telemetry for BullMQ that its makers publish; it uses the API of whoever loads it. */
export async function bullmqOtel(): Promise<string> {
  const folder = await cachedInstall('bench-bullmq-otel-1', (draft) => npmInstall(draft, 'bullmq-otel@2.0.1'));
  return createRequire(join(folder, 'node_modules/')).resolve('bullmq-otel');
}

/** Folder of another local viewer of OTLP, the nearest to ours. */
export async function autotelDevtools(): Promise<string> {
  const folder = await cachedInstall('bench-autotel-devtools-27.1.0', (draft) =>
    npmInstall(draft, 'autotel-devtools@27.1.0'),
  );
  return join(folder, 'node_modules/autotel-devtools');
}

/** Other ways to trace an application. */
export type PeerName = 'dd-trace' | 'elastic' | 'sentry' | 'autotel';

const REQUEST_PEERS: Readonly<Record<PeerName, readonly [main: string, ...more: string[]]>> = {
  'dd-trace': ['dd-trace@6.21.0'],
  elastic: ['@elastic/opentelemetry-node@1.18.0'],
  sentry: ['@sentry/node@11.12.0'],
  autotel: [AUTOTEL, '@opentelemetry/auto-instrumentations-node@0.80.0'],
};

/** The folder that a peer of the benchmark of requests is installed in, alone: their versions of OpenTelemetry differ. */
export function requestPeer(name: PeerName): Promise<string> {
  return cachedInstall(`bench-requests-${nameAndVersion(name)}`, (draft) => npmInstall(draft, ...REQUEST_PEERS[name]));
}

/** As a table has it, e.g. `dd-trace 6.21.0`. */
export function nameAndVersion(name: PeerName): string {
  return `${name}-${REQUEST_PEERS[name][0].split('@').at(-1)}`;
}

/** Two libraries with wrappers of their own on OpenTelemetry's API; they bring an SDK 2.x, so they have a folder apart. */
export async function loadPeers(): Promise<Peers> {
  const folder = await cachedInstall('bench-peers-1', (draft) => npmInstall(draft, AUTOTEL, LOGFIRE));
  const require = createRequire(join(folder, 'node_modules/'));
  const { trace } = require('autotel') as { trace(name: string, work: Work): Work };
  const { span } = require('@pydantic/logfire-api') as {
    span(name: string, options: { callback: () => unknown }): unknown;
  };
  return {
    autotel: (work) => trace('add', work),
    logfire: (work) => (n) => span('add', { callback: () => work(n) }),
  };
}
