import { context, propagation, trace, type ProxyTracerProvider } from '@opentelemetry/api';

import { filterLines, writeLine } from '@clew/diagnostics';
import { heldLogs, keepFailedTraces } from '@clew/logs/hold/internal';
import { traceLifetimes, type TraceLifetimes } from '@clew/spans/internal';

import { createClewSdk, type ClewSdk } from './clew-sdk.ts';
import { configDirectory } from './options/config-directory.ts';
import { loadConfigFile, type ConfigFile } from './options/config-file.ts';
import { installDiagLogger } from './otel/diag-logger.ts';
import type { LoadedModules } from './otel/loaded-modules.ts';
import { guardedPropagator } from './guarded/guarded-propagator.ts';
import { watchIncomingRequests } from './propagation/incoming-requests.ts';
import { exitFacts } from './exit-facts.ts';
import { createIdleSdk } from './idle-sdk.ts';
import { installInstrumentations } from './instrumenting/install-instrumentations.ts';
import { hasLogs, hasMetrics, tellDoubledLogs } from './options/other-signals.ts';
import { misspeltVariables } from './options/misspelt-variables.ts';
import type { ResolvedOptions, StartOptions } from './options/options.ts';
import { observeInjections } from './propagation/observe-injections.ts';
import { reportRefusedModule } from './otel/refused-module.ts';
import { createPropagator } from './propagation/propagator.ts';
import { createRedactor, type Redactor } from './redaction/redactor.ts';
import { ownMessage } from './redaction/text/own-message.ts';
import { withholdSecretBaggage } from './redaction/withhold-baggage.ts';
import { partPath, requireBundle, requirePart } from './require-part.ts';
import { resolveOptions } from './options/resolve-options.ts';
import { createResource } from './pipelines/resource.ts';
import { createOpenSpans } from './pipelines/open-spans.ts';
import { createOutbox, NOTHING_RECORDED } from './outbox/outbox.ts';
import type { Pipeline } from './pipelines/pipeline.ts';
import type { OpenedSampling, SamplingParts } from './pipelines/sampling.ts';
import { createSpanPipeline, type SpanPipelineParts } from './pipelines/span-pipeline.ts';
import { noteForRun } from './note-for-run.ts';
import { runningSdk, setRunningSdk } from './running-sdk.ts';
import { contextFromEnvironment, StartupContextManager } from './propagation/startup-context.ts';
import { createTrustBoundary } from './propagation/trust-boundary.ts';

let isSecondStartTold = false; // a second copy of this module says it once more, no harm

/**
 * Starts tracing, and metrics and logs where their exporter is named. A second call returns the running SDK. Everything
 * wrong in the environment and in the config file is said on stderr and ignored.
 *
 * @param loadedBefore where the application calls it, and may have loaded what was to be traced
 * @throws ConfigurationError for a mistake in `code`
 */
export function start(code: StartOptions = {}, loadedBefore?: LoadedModules): ClewSdk {
  filterLines(ownMessage);
  const running = runningSdk();
  if (running !== undefined) {
    tellIgnored(code);
    return running;
  }
  const sdk = startFirst(code, process.env, loadConfigFile(configDirectory(process.env)), loadedBefore);
  setRunningSdk(sdk);
  noteForRun(process.env, () => ({ event: 'start', state: sdk.status().state }));
  return sdk;
}

function tellIgnored(code: StartOptions): void {
  if (isSecondStartTold || Object.keys(code).length === 0) return;
  writeLine('start() called a second time; keeping the options of the running SDK');
  isSecondStartTold = true;
}

function startFirst(
  code: StartOptions,
  env: NodeJS.ProcessEnv,
  file: ConfigFile | undefined,
  loaded: LoadedModules | undefined,
): ClewSdk {
  const { options, problems } = resolveOptions({
    code,
    env,
    file: file !== undefined && 'options' in file ? file : undefined,
  });
  if (options.disabled) return createIdleSdk('disabled');
  if (file !== undefined && 'problem' in file) writeLine(`${file.path} is ignored: ${file.problem}`);
  for (const problem of [...problems, ...misspeltVariables(env)]) writeLine(problem);
  if (isForeignSdkRegistered()) {
    writeLine('another OpenTelemetry SDK is registered in this process; Clew stays off');
    return createIdleSdk('foreign');
  }
  if (env['OTEL_CONFIG_FILE'] && options.sampling !== undefined) {
    writeLine(`${options.sampling.source} is set beside OTEL_CONFIG_FILE; ignored`);
  }
  return env['OTEL_CONFIG_FILE'] ? runFromConfigFile(options, env, loaded) : run(options, env, loaded);
}

function run(options: ResolvedOptions, env: NodeJS.ProcessEnv, loaded: LoadedModules | undefined): ClewSdk {
  installDiagLogger(options.logLevel);
  tellDoubledLogs(options, env);
  const secrets = new Set<string>();
  const redactor = createRedactor(options.redact, secrets);
  const resource = createResource(options, process.argv[1], redactor);
  const lifetimes = traceLifetimes();
  const sampling = openSampling(options, { resource, lifetimes, env, secrets });
  const outbox = createOutbox(options.outbox.maxBytes, lastDeliveryPath);
  const spans = createSpanPipeline(options, { resource, outbox, lifetimes, redactor, sampling, ...SELDOM_LOADED });
  const pipelines = [spans, ...createOtherPipelines(options, { resource, outbox, lifetimes, redactor })];
  const contexts = createContexts(options, env, redactor, lifetimes, sampling);
  const judging = createJudging(options, lifetimes, sampling);
  return registered([contexts, judging, ...pipelines], () =>
    createClewSdk(options, {
      outbox,
      undecided: sampling?.undecided,
      openSpans: createOpenSpans(lifetimes),
      otherSpans: spans.status,
      pipelines,
      ...(options.logs.hold !== 'none' && { countHeldLogs: heldLogs().counts }),
      installed: installInstrumentations({ options, env, isStartingUp: contexts.isStartingUp, loadPart }, loaded),
      noteExit: (status) => noteForRun(env, () => ({ event: 'exit', ...exitFacts(options, status()) })),
      unregister() {
        contexts.shutdown();
        judging.shutdown();
        setRunningSdk(undefined);
      },
    }),
  );
}

/** The sampling policy, where one is asked for. */
function openSampling(
  { sampling, logs }: ResolvedOptions,
  parts: Omit<SamplingParts, 'verdicts'>,
): OpenedSampling | undefined {
  if (sampling === undefined) return undefined;
  const bundle = requireBundle<typeof import('./pipelines/sampling.ts')>('sampling');
  return bundle.openSampling(sampling, { ...parts, verdicts: logs.hold === 'none' ? undefined : heldLogs() });
}

/** Parts of the way of spans that most applications do without. */
const SELDOM_LOADED: Pick<SpanPipelineParts, 'openExporters' | 'jsonFormat' | 'createUpstreamProvider'> = {
  openExporters: (options, account) =>
    requireBundle<typeof import('./pipelines/trace-exporter.ts')>('trace-exporter').createTraceExporters(
      options,
      account,
    ),
  jsonFormat: () =>
    requireBundle<typeof import('./outbox/encoding/json-span-format.ts')>('json-span-format').jsonSpanFormat(),
  createUpstreamProvider: (settings, refuses) =>
    requireBundle<typeof import('./pipelines/upstream-tracer.ts')>('upstream-tracer').createUpstreamProvider(
      settings,
      refuses,
    ),
};

/** Registers all parts and goes on, or registers none: a start that fails leaves the process as it was. */
function registered<Result>(parts: readonly Registered[], goOn: () => Result): Result {
  try {
    for (const part of parts) part.register();
    return goOn();
  } catch (error) {
    for (const part of parts) void part.shutdown();
    throw error;
  }
}

/** A part of the SDK that the API hands out while it is registered. */
type Registered = Pick<Pipeline, 'register'> & { shutdown(): unknown };

interface Contexts extends Registered {
  /** Whether work outside every span still belongs to the trace that started this process. */
  isStartingUp(): boolean;
}

/** The context manager and the propagators, which know whom we believe and whom we tell. */
function createContexts(
  options: ResolvedOptions,
  env: NodeJS.ProcessEnv,
  redactor: Redactor,
  lifetimes: TraceLifetimes,
  sampling: OpenedSampling | undefined,
): Contexts {
  const propagator = withholdSecretBaggage(createPropagator(options, options.idGenerator === undefined), redactor);
  const contextManager = new StartupContextManager(contextFromEnvironment(propagator, env));
  const incoming = options.trust === 'all' ? undefined : watchIncomingRequests();
  const boundary = createTrustBoundary(propagator, options.trust, (carrier) => incoming?.of(carrier));
  return {
    register() {
      context.setGlobalContextManager(contextManager.enable());
      const observed = observeInjections(boundary, lifetimes);
      propagation.setGlobalPropagator(guardedPropagator(sampling?.propagator(observed) ?? observed));
    },
    isStartingUp: () => contextManager.isStartingUp,
    shutdown() {
      context.disable();
      propagation.disable();
      incoming?.[Symbol.dispose]();
    },
  };
}

/** The judge of traces: the sampling policy, or else errors, where logs are held. */
function createJudging(
  { logs }: ResolvedOptions,
  lifetimes: TraceLifetimes,
  sampling: OpenedSampling | undefined,
): Registered {
  let stop: (() => void) | undefined;
  return {
    register() {
      sampling?.register(); // first: at the end of the process its verdicts come before held logs are released
      if (logs.hold === 'none') return;
      stop = sampling === undefined ? keepFailedTraces(heldLogs(), lifetimes) : heldLogs().judge();
    },
    shutdown() {
      stop?.();
      sampling?.shutdown();
    },
  };
}

type OtherPipelineParts = Pick<SpanPipelineParts, 'resource' | 'outbox' | 'lifetimes' | 'redactor'>;

/** Metrics and logs, where their exporter is named. */
function createOtherPipelines(options: ResolvedOptions, parts: OtherPipelineParts): Pipeline[] {
  const createMetrics = () => {
    const { createMetricPipeline } =
      requirePart<typeof import('./pipelines/metric-pipeline.ts')>('pipelines/metric-pipeline');
    return createMetricPipeline(options, parts);
  };
  const createLogs = () => {
    const { createLogPipeline } = requirePart<typeof import('./pipelines/log-pipeline.ts')>('pipelines/log-pipeline');
    return createLogPipeline(options, parts.resource, parts.outbox, parts.redactor);
  };
  return [...(hasMetrics(options) ? readable(createMetrics) : []), ...(hasLogs(options) ? readable(createLogs) : [])];
}

/** Nothing, where Node was told not to require the file that the pipeline is in. */
function readable(create: () => Pipeline): Pipeline[] {
  try {
    return [create()];
  } catch (error) {
    if (reportRefusedModule(error)) return [];
    throw error;
  }
}

/** The declarative configuration is sdk-node's: it builds the providers, and we bring the instrumentations. */
function runFromConfigFile(
  options: ResolvedOptions,
  env: NodeJS.ProcessEnv,
  loaded: LoadedModules | undefined,
): ClewSdk {
  const { startDeclarative } = requirePart<typeof import('./pipelines/declarative.ts')>('pipelines/declarative');
  const pipeline = startDeclarative(options.logLevel);
  if (pipeline === undefined) {
    writeLine(`cannot start an SDK from OTEL_CONFIG_FILE (${env['OTEL_CONFIG_FILE']}); nothing is traced`);
    return createIdleSdk('disabled');
  }
  return createClewSdk(options, {
    outbox: createOutbox(options.outbox.maxBytes, lastDeliveryPath), // stays empty: the exporters are sdk-node's
    openSpans: createOpenSpans(traceLifetimes()),
    otherSpans: () => NOTHING_RECORDED,
    pipelines: [pipeline],
    installed: installInstrumentations({ options, env, isStartingUp: () => false, loadPart }, loaded),
    unregister: () => setRunningSdk(undefined),
  });
}

const loadPart = (name: string) => requireBundle(`instrumentations/${name}`);

const lastDeliveryPath = () => partPath('last-delivery-thread.cjs');

/** Asked of what the API hands out, by what it does: a bundler may rename its classes. */
function isForeignSdkRegistered(): boolean {
  const provider = trace.getTracerProvider() as Partial<ProxyTracerProvider>;
  return provider.getDelegateTracer?.('clew') !== undefined;
}
