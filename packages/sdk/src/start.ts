import { context, propagation, trace, type ProxyTracerProvider } from '@opentelemetry/api';
import type { Instrumentation } from '@opentelemetry/instrumentation';

import { tellUntold, writeLine } from '@clew/diagnostics';

import { loadConfigFile, type ConfigFile } from './config-file.ts';
import { installDiagLogger } from './diag-logger.ts';
import { flushAtEnd } from './ending.ts';
import { hasMetrics } from './instrumentation-list.ts';
import { installInstrumentations } from './install-instrumentations.ts';
import { misspeltVariables } from './misspelt-variables.ts';
import type { ResolvedOptions, StartOptions } from './options.ts';
import { createPropagator } from './propagator.ts';
import { requirePart } from './require-part.ts';
import { resolveOptions } from './resolve-options.ts';
import { createResource } from './resource.ts';
import { createSpanPipeline, type Pipeline } from './span-pipeline.ts';
import { contextFromEnvironment, StartupContextManager } from './startup-context.ts';
import { createTally, type Tally } from './tally.ts';

/** What `status()` tells. */
export interface Status extends Readonly<Tally> {
  /** `foreign`: another OpenTelemetry SDK was there first, and Clew stays off. */
  readonly state: 'running' | 'disabled' | 'foreign' | 'shut down';
  /** Short names of the instrumentations that were loaded because the application loaded their target. */
  readonly instrumentations: readonly string[];
}

/** The running SDK. */
export interface ClewSdk extends AsyncDisposable {
  /** Sends what waits; resolves when it is sent or `shutdownTimeoutMillis` have passed; never rejects. */
  flush(): Promise<void>;
  /** Flushes and stops; a later `start()` starts anew. Never rejects. */
  shutdown(): Promise<void>;
  status(): Status;
}

// The preload is a bundle; `start()` in code must find what it has started.
const RUNNING = Symbol.for('clew.sdk.running');
const shared = globalThis as { [RUNNING]?: ClewSdk };

let isSecondStartTold = false; // a second copy of this module says it once more, no harm

/**
 * Starts tracing, and metrics and logs where their exporter is named. A second call returns the running SDK. Everything
 * wrong in the environment and in the config file is said on stderr and ignored.
 *
 * @throws ConfigurationError for a mistake in `code`
 */
export function start(code: StartOptions = {}): ClewSdk {
  const running = shared[RUNNING];
  if (running !== undefined) {
    if (!isSecondStartTold) writeLine('start() was called a second time; the running SDK keeps its options');
    isSecondStartTold = true;
    return running;
  }
  const sdk = startFirst(code, process.env, loadConfigFile(process.cwd()));
  shared[RUNNING] = sdk;
  return sdk;
}

function startFirst(code: StartOptions, env: NodeJS.ProcessEnv, file: ConfigFile | undefined): ClewSdk {
  const { options, problems } = resolveOptions({
    code,
    env,
    file: file !== undefined && 'options' in file ? file : undefined,
  });
  if (options.disabled) return idleSdk('disabled');
  if (file !== undefined && 'problem' in file) writeLine(`${file.path} is ignored: ${file.problem}`);
  for (const problem of [...problems, ...misspeltVariables(env)]) writeLine(problem);
  if (isForeignSdkRegistered()) {
    writeLine('another OpenTelemetry SDK is registered in this process; Clew stays off and leaves it alone');
    return idleSdk('foreign');
  }
  return env['OTEL_CONFIG_FILE'] ? runFromConfigFile(options, env) : run(options, env);
}

function run(options: ResolvedOptions, env: NodeJS.ProcessEnv): ClewSdk {
  installDiagLogger(options.logLevel);
  const tally = createTally();
  const resource = createResource(options, process.argv[1]);
  const propagator = createPropagator(options);
  const contextManager = new StartupContextManager(contextFromEnvironment(propagator, env));
  const spans = createSpanPipeline(options, resource, tally);
  context.setGlobalContextManager(contextManager.enable());
  propagation.setGlobalPropagator(propagator);
  trace.setGlobalTracerProvider(spans.provider);

  const pipelines: Pipeline[] = [spans];
  if (hasMetrics(options)) {
    const { startMetrics } = requirePart<typeof import('./metric-pipeline.ts')>('metric-pipeline');
    pipelines.push(startMetrics(options, resource));
  }
  if (hasLogs(options)) {
    const { startLogs } = requirePart<typeof import('./log-pipeline.ts')>('log-pipeline');
    pipelines.push(startLogs(options, resource));
  }
  const installed = installInstrumentations(options, env, () => contextManager.isStartingUp);
  return createSdk(options, tally, pipelines, installed, () => {
    trace.disable();
    context.disable();
    propagation.disable();
  });
}

/** The declarative configuration is sdk-node's: it builds the providers, and we bring the instrumentations. */
function runFromConfigFile(options: ResolvedOptions, env: NodeJS.ProcessEnv): ClewSdk {
  const { startDeclarative } = requirePart<typeof import('./declarative.ts')>('declarative');
  const pipeline = startDeclarative(options.logLevel);
  if (pipeline === undefined) {
    writeLine(`OTEL_CONFIG_FILE (${env['OTEL_CONFIG_FILE']}) starts no SDK; nothing is traced`);
    return idleSdk('disabled');
  }
  const installed = installInstrumentations(options, env, () => false);
  return createSdk(options, createTally(), [pipeline], installed, () => {});
}

interface Installed {
  active(): readonly string[];
  all(): readonly Instrumentation[];
}

function createSdk(
  options: ResolvedOptions,
  tally: Tally,
  pipelines: readonly Pipeline[],
  installed: Installed,
  unregister: () => void,
): ClewSdk {
  let state: Status['state'] = 'running';
  let recordedAtLastFlush = -1;
  let lastFlush = Promise.resolve();

  const recorded = () => pipelines.reduce((sum, pipeline) => sum + pipeline.recorded(), 0);
  const flush = () => {
    lastFlush = Promise.all([lastFlush, flushNow()]).then(() => {}); // what an earlier one took is in flight until then
    return lastFlush;
  };
  const flushNow = async () => {
    recordedAtLastFlush = recorded();
    const timeoutMillis = options.shutdownTimeoutMillis;
    // A timer that holds the process: nothing else of ours does.
    const deadline = setTimeout(() => pipelines.forEach((pipeline) => pipeline.abort()), timeoutMillis);
    await Promise.allSettled(pipelines.map((pipeline) => pipeline.flush(timeoutMillis + 1000)));
    clearTimeout(deadline);
  };
  const stopListening = flushAtEnd(flush, () => recorded() !== recordedAtLastFlush);
  process.once('exit', () => tellUntold());

  const shutdown = async () => {
    if (state === 'shut down') return;
    state = 'shut down';
    stopListening();
    await flush();
    for (const instrumentation of installed.all()) instrumentation.disable();
    await Promise.allSettled(pipelines.map((pipeline) => pipeline.shutdown()));
    unregister();
    delete shared[RUNNING];
  };
  return {
    flush,
    shutdown,
    status: () => ({ state, instrumentations: installed.active(), ...tally, lost: { ...tally.lost } }),
    [Symbol.asyncDispose]: shutdown,
  };
}

function idleSdk(state: Status['state']): ClewSdk {
  const nothing = () => Promise.resolve();
  return {
    flush: nothing,
    shutdown: nothing,
    status: () => ({ state, instrumentations: [], ...createTally() }),
    [Symbol.asyncDispose]: nothing,
  };
}

function hasLogs({ exporters, logRecordProcessors }: ResolvedOptions): boolean {
  return logRecordProcessors.length > 0 || exporters.logs.some((name) => name !== 'none');
}

function isForeignSdkRegistered(): boolean {
  const provider = trace.getTracerProvider();
  const delegate = 'getDelegate' in provider ? (provider as ProxyTracerProvider).getDelegate() : provider;
  return delegate.constructor.name !== 'NoopTracerProvider';
}
