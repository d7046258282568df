import { startViewer, STATUS_CODE, type SpanRecord, type Viewer, type WaitForSpansOptions } from '@clew/viewer';

import { appEnvironment } from './app-environment.ts';
import { sdkPreload } from './sdk-preload.ts';
import { spanTree } from './span-tree.ts';
import { startProcess, type AppExit, type StartedProcess } from './start-process.ts';

/** Options of `runApp`: what it starts, and how. */
export interface RunAppOptions {
  /** Arguments of `node`: options of Node, the script, its arguments. */
  readonly args: readonly string[];
  /** Working directory; by default that of this process. */
  readonly cwd?: string | URL;
  /**
   * Variables beside those the app inherits; `undefined` unsets one. `OTEL_*`, `CLEW_*`, `NODE_OPTIONS` and the trace
   * of this process are not inherited.
   */
  readonly env?: NodeJS.ProcessEnv;
  /** Path of the Node binary. Default: the variable `CLEW_TEST_NODE`, or the binary of this process. */
  readonly node?: string;
  /** Whether to start it under the preload of `@clew/sdk`. Default: true. */
  readonly preload?: boolean;
  /** All that the app can read from its stdin. By default that is nothing. */
  readonly stdin?: string;
  /** How long the app may run before it is killed, and how long one may wait for its output. Default: 20000. */
  readonly timeoutMillis?: number;
}

/** A running application and the telemetry it sends. Leaving its `await using` block kills it. */
export interface RunningApp extends AsyncDisposable {
  readonly pid: number;
  /** The backend that the app exports to; it keeps every request in `received`. */
  readonly viewer: Viewer;
  /** Output of the app so far. */
  readonly stdout: string;
  readonly stderr: string;
  /** Resolves when the app has ended and its output is complete. */
  readonly exited: Promise<AppExit>;
  /**
   * Resolves when the stdout, from its beginning, matches. Rejects with the output there is when the app ends without
   * that, or after the timeout.
   */
  untilStdout(pattern: RegExp): Promise<RegExpExecArray>;
  /** The same of the stderr, where the messages of Clew stand. */
  untilStderr(pattern: RegExp): Promise<RegExpExecArray>;
  kill(signal?: NodeJS.Signals): void;
  /** The spans that have arrived, in the order of arrival. */
  spans(): readonly SpanRecord[];
  /** Resolves with the spans that match as soon as there are `count` (default 1). Rejects after the timeout. */
  waitForSpans(predicate: (span: SpanRecord) => boolean, options?: WaitForSpansOptions): Promise<SpanRecord[]>;
  /** The spans that have arrived as text, as the `tree()` of `recordSpans`, in the order they started. */
  tree(): string;
}

const DEFAULT_TIMEOUT_MILLIS = 20_000;

/**
 * Runs an application in a real Node process under the preload of `@clew/sdk`, exporting to a backend in this process.
 *
 * @throws {MissingSdkError} if `@clew/sdk` is not installed and `preload` is not false
 * @example
 * await using app = await runApp({ args: ['server.js'] });
 * const [, url] = await app.untilStdout(/listening at (\S+)/);
 * await fetch(`${url}/orders/7`);
 * await app.waitForSpans(({ name }) => name === 'GET /orders/:id');
 */
export async function runApp(options: RunAppOptions): Promise<RunningApp> {
  const { args, cwd, stdin, preload = true, timeoutMillis = DEFAULT_TIMEOUT_MILLIS } = options;
  const command = options.node ?? process.env['CLEW_TEST_NODE'] ?? process.execPath;
  const allArgs = preload ? ['--import', sdkPreload(), ...args] : args;
  const viewer = await startViewer({ port: 0, keepRequests: true });
  const env = appEnvironment(process.env, viewer.url, options.env);
  try {
    const app = await startProcess({ command, args: allArgs, cwd, env, stdin, timeoutMillis });
    return runningApp(app, viewer, timeoutMillis);
  } catch (error) {
    await viewer.close();
    throw error;
  }
}

function runningApp(app: StartedProcess, viewer: Viewer, timeoutMillis: number): RunningApp {
  const spans = () => viewer.store.traces().flatMap((trace) => trace.spans);
  return {
    pid: app.pid,
    viewer,
    get stdout() {
      return app.stdout();
    },
    get stderr() {
      return app.stderr();
    },
    exited: app.exited,
    untilStdout: app.untilStdout,
    untilStderr: app.untilStderr,
    kill: app.kill,
    spans,
    waitForSpans: (predicate, options) => viewer.waitForSpans(predicate, { timeoutMillis, ...options }),
    tree: () => spanTree(spans().toSorted(byStart).map(toTreeSpan)),
    async [Symbol.asyncDispose]() {
      await app.stop();
      await viewer.close();
    },
  };
}

function byStart(a: SpanRecord, b: SpanRecord): number {
  return Number(a.startTimeUnixNano - b.startTimeUnixNano);
}

function toTreeSpan({ name, spanId, parentSpanId, status }: SpanRecord) {
  const error = status.code === STATUS_CODE.error ? (status.message ?? '') : undefined;
  return { name, spanId, parentSpanId, error };
}
