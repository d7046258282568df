import { isLocalName } from './is-local-name.ts';
import type { Preload } from './resolve-preload.ts';
import { RUN_NOTES } from './run-notes.ts';

export interface ChildSettings {
  readonly preload: Preload;
  /** Where the viewer receives. */
  readonly viewerUrl: string;
  /** File for notes of the processes; `undefined` leaves what is set. */
  readonly notesFile?: string | undefined;
  /** Colours of the terminal that our stdout is, as `FORCE_COLOR` counts them; 0 when it is no terminal. */
  readonly colors: number;
}

const SCHEDULE_DELAY_MILLIS = '200'; // the default of 5 seconds looks like nothing happened
const NO_REQUIRE_OF_ES_MODULES = /(?:^|\s)--no-(?:experimental-)?require-module(?:\s|$)/;

/**
 * The environment in which the child, and every Node.js process that it starts, is instrumented and sends to the viewer.
 * The user's own settings stay, an endpoint included.
 */
export function childEnvironment(env: NodeJS.ProcessEnv, settings: ChildSettings): NodeJS.ProcessEnv {
  const { preload, viewerUrl, notesFile, colors } = settings;
  const wantsColor = colors > 0 && !env['FORCE_COLOR'] && !env['NO_COLOR'];
  return {
    ...env,
    NODE_OPTIONS: withPreload(env['NODE_OPTIONS'] ?? '', preload),
    OTEL_BSP_SCHEDULE_DELAY: env['OTEL_BSP_SCHEDULE_DELAY'] || SCHEDULE_DELAY_MILLIS,
    ...(chosenEndpoint(env) === undefined && { OTEL_EXPORTER_OTLP_ENDPOINT: viewerUrl, ...httpInsteadOfGrpc(env) }),
    ...(notesFile !== undefined && { [RUN_NOTES]: notesFile }),
    // The child's stdout is a pipe to us, but the end of it is the terminal.
    ...(wantsColor && { FORCE_COLOR: String(colors) }),
  };
}

/** The endpoint for traces that the user has set. An empty variable counts as unset, as the specification has it. */
export function chosenEndpoint(env: NodeJS.ProcessEnv): string | undefined {
  return env['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'] || env['OTEL_EXPORTER_OTLP_ENDPOINT'] || undefined;
}

/** Whether an endpoint leads to the viewer, under whatever name this machine has. */
export function leadsTo(endpoint: string, viewerUrl: string): boolean {
  const [url, viewer] = [URL.parse(endpoint), URL.parse(viewerUrl)];
  return url !== null && isLocalName(url.hostname.replace(/^\[(.*)\]$/, '$1')) && url.port === viewer?.port;
}

/** Level that `FORCE_COLOR` has for a terminal with so many bits of colour. */
export function colorLevel(depth: number): number {
  return [1, 4, 8, 24].indexOf(depth);
}

/**
 * By `--require`: with `--import`, Node would load the command's entry as an ES module loader does, past the hooks of
 * ts-node and @swc-node/register. A Node that may not require ES modules has no other way.
 */
function withPreload(nodeOptions: string, { required, imported }: Preload): string {
  const option = NO_REQUIRE_OF_ES_MODULES.test(nodeOptions)
    ? `--import ${imported}` // a URL has no spaces or quotes that would need escaping here
    : `--require ${quoted(required)}`;
  if (nodeOptions.includes(option)) return nodeOptions; // a run within a run
  return nodeOptions === '' ? option : `${nodeOptions} ${option}`;
}

/** @see https://nodejs.org/api/cli.html#node_optionsoptions */
function quoted(path: string): string {
  return /[\s"]/.test(path) ? `"${path.replaceAll(/[\\"]/g, String.raw`\$&`)}"` : path;
}

/** The port that the endpoint names takes HTTP; that for gRPC may be taken by others. */
function httpInsteadOfGrpc(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const names = [
    'OTEL_EXPORTER_OTLP_PROTOCOL',
    'OTEL_EXPORTER_OTLP_TRACES_PROTOCOL',
    'OTEL_EXPORTER_OTLP_LOGS_PROTOCOL',
  ];
  return Object.fromEntries(names.filter((name) => env[name] === 'grpc').map((name) => [name, 'http/protobuf']));
}
