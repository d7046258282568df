import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { ROOT } from '../support/workspace.ts';
import { type PeerName, requestPeer } from './peers.ts';

/** One way to run the measured application. */
export interface Contender {
  readonly name: ContenderName;
  /** In the table. */
  readonly label: string;
  readonly isOurs: boolean;
  /** How much of the spans of a request it is to send. */
  readonly sends: 'nothing' | 'some' | 'everything';
  /** How Node is to be started for it, with the port of what takes its spans. */
  command(port: number): Promise<Command>;
}

export interface Command {
  readonly flags: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

export type ContenderName = 'bare' | 'clew' | 'clew-1' | 'clew-policy' | 'upstream' | 'upstream-minimal' | PeerName;

const CLEW = ['--import', '@clew/sdk/register'];
const TRACES_ONLY = {
  OTEL_SERVICE_NAME: 'bench',
  OTEL_METRICS_EXPORTER: 'none',
  OTEL_LOGS_EXPORTER: 'none',
  OTEL_NODE_RESOURCE_DETECTORS: 'none',
};

const OURS: readonly Contender[] = [
  { name: 'bare', label: 'bare', isOurs: false, sends: 'nothing', command: async () => ({ flags: [], env: {} }) },
  { name: 'clew', label: 'Clew', isOurs: true, sends: 'everything', command: overOtlp(CLEW) },
  {
    name: 'clew-1',
    label: 'Clew, 1 %',
    isOurs: true,
    sends: 'some',
    command: overOtlp(CLEW, { OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.01' }),
  },
  {
    name: 'clew-policy',
    label: 'Clew, policy',
    isOurs: true,
    sends: 'some',
    command: overOtlp(CLEW, { CLEW_SAMPLING_FILE: join(ROOT, 'examples/checkout/sampling.yaml') }),
  },
];

const UPSTREAM: readonly Contender[] = [
  {
    name: 'upstream',
    label: "upstream's register",
    isOurs: false,
    sends: 'everything',
    command: overOtlp(['--import', '@opentelemetry/auto-instrumentations-node/register']),
  },
  {
    name: 'upstream-minimal',
    label: 'upstream, minimal',
    isOurs: false,
    sends: 'everything',
    command: overOtlp(['--require', './fixtures/upstream-requests.cjs']),
  },
];

const PEERS: readonly Contender[] = [
  {
    name: 'dd-trace',
    label: 'dd-trace',
    isOurs: false,
    sends: 'everything',
    async command(port) {
      const folder = await requestPeer('dd-trace');
      const env = {
        DD_SERVICE: 'bench',
        DD_TRACE_AGENT_URL: `http://127.0.0.1:${port}`,
        DD_INSTRUMENTATION_TELEMETRY_ENABLED: 'false',
        DD_REMOTE_CONFIGURATION_ENABLED: 'false',
        DD_TRACE_STARTUP_LOGS: 'false',
      };
      return { flags: ['--require', join(folder, 'node_modules/dd-trace/init.js')], env };
    },
  },
  {
    name: 'elastic',
    label: 'Elastic (EDOT)',
    isOurs: false,
    sends: 'everything',
    async command(port) {
      const folder = await requestPeer('elastic');
      const entry = pathToFileURL(join(folder, 'node_modules/@elastic/opentelemetry-node/import.mjs'));
      const { env } = await overOtlp([], { OTEL_LOG_LEVEL: 'error' })(port);
      return { flags: ['--import', entry.href], env };
    },
  },
  {
    name: 'sentry',
    label: 'Sentry',
    isOurs: false,
    sends: 'everything',
    async command(port) {
      const folder = await requestPeer('sentry');
      const env = { BENCH_PEER: join(folder, 'node_modules/'), BENCH_DSN: `http://bench@127.0.0.1:${port}/1` };
      return { flags: ['--import', './fixtures/requests-sentry.cjs'], env };
    },
  },
  {
    name: 'autotel',
    label: 'autotel',
    isOurs: false,
    sends: 'everything',
    async command(port) {
      const folder = await requestPeer('autotel');
      const env = { BENCH_PEER: join(folder, 'node_modules/') };
      return overOtlp(['--require', './fixtures/requests-autotel.cjs'], env)(port);
    },
  },
];

const QUICK: ReadonlySet<ContenderName> = new Set(['bare', 'clew', 'clew-1', 'clew-policy', 'upstream']);

/** Which contenders are to run. */
export interface Selection {
  readonly isQuick: boolean;
  readonly withPeers: boolean;
  /** Beside the bare application; all of them if it is empty. */
  readonly only: readonly string[];
}

/** The bare application first. Throws if a name is none of theirs. */
export function selectContenders({ isQuick, withPeers, only }: Selection): Contender[] {
  const all = [...OURS, ...UPSTREAM, ...PEERS];
  const unknown = only.find((name) => all.every((each) => each.name !== name));
  if (unknown !== undefined)
    throw new Error(`there is no contender ${unknown}; there are ${all.map(({ name }) => name).join(', ')}`);
  if (only.length > 0) return all.filter(({ name }) => name === 'bare' || only.includes(name));
  if (isQuick) return all.filter(({ name }) => QUICK.has(name));
  return withPeers ? all : [...OURS, ...UPSTREAM];
}

function overOtlp(flags: readonly string[], env: NodeJS.ProcessEnv = {}): Contender['command'] {
  return async (port) => ({
    flags,
    env: {
      ...TRACES_ONLY,
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
      ...env,
    },
  });
}
