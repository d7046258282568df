import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { readReport, type Report } from './read-report.ts';

/** The SDK that the app runs under. */
export type Preload = 'clew' | 'upstream' | 'none';

/** An app, and how it ends. */
export interface ChildPlan {
  readonly preload: Preload;
  /** URL of the backend. Without a preload, nobody asks for it. */
  readonly endpoint?: string;
  /** In `fixtures/`. */
  readonly script: string;
  readonly args?: readonly string[];
  /** Sent when the app has printed `ready`, and not before `signalAfter`. */
  readonly signal?: NodeJS.Signals | undefined;
  readonly signalAfter?: Promise<void>;
  /** Whether the preload stands in `NODE_OPTIONS`, which every Node process below inherits; by default it is a flag. */
  readonly isInherited?: boolean | undefined;
  /** Whether it runs as the first process of a namespace, as in a container. Linux, as root. */
  readonly isPid1?: boolean | undefined;
  readonly env?: NodeJS.ProcessEnv;
  /** After this it is killed. Default: 60000. */
  readonly timeoutMillis?: number;
}

/** Outcome of an app. */
export interface ChildOutcome extends Report {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** It did not end in time and was killed. */
  readonly isKilled: boolean;
  /** From the ending it chose or was sent, to the end of its process. */
  readonly exitDelayMillis: number;
  readonly stdout: string;
  readonly stderr: readonly string[];
}

const STDIO: StdioOptions = ['ignore', 'pipe', 'pipe'];
const FIXTURES = fileURLToPath(new URL('fixtures/', import.meta.url));

const PRELOADS: Readonly<Record<Preload, string | undefined>> = {
  clew: '@clew/sdk/register',
  upstream: '@opentelemetry/auto-instrumentations-node/register',
  none: undefined,
};

/** Runs an app until it has ended, or is killed. */
export async function runChild(plan: ChildPlan): Promise<ChildOutcome> {
  const folder = mkdtempSync(join(tmpdir(), 'clew-faults-'));
  const reportFile = join(folder, 'report');
  writeFileSync(reportFile, '');
  const [command, args] = commandOf(plan);
  const child = spawn(command, args, { cwd: FIXTURES, env: environmentOf(plan, reportFile), stdio: STDIO });
  try {
    const [ended, output, signalledAt] = await Promise.all([
      end(child, plan),
      collect(child),
      signalWhenReady(child, plan),
    ]);
    const report = readReport(readFileSync(reportFile, 'utf8'));
    const { endedAt, ...exit } = ended;
    return { ...report, ...exit, ...output, exitDelayMillis: endedAt - Math.max(report.endsAt ?? 0, signalledAt) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function end(child: ChildProcess, { timeoutMillis = 60_000 }: ChildPlan) {
  let isKilled = false;
  const timer = setTimeout(() => {
    isKilled = true;
    child.kill('SIGKILL');
    child.stdout?.destroy(); // a process that it has started may hold them open
    child.stderr?.destroy();
  }, timeoutMillis);
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  clearTimeout(timer);
  return { code, signal, isKilled, endedAt: Date.now() };
}

async function collect(child: ChildProcess) {
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (chunk) => (stdout += String(chunk)));
  child.stderr?.on('data', (chunk) => (stderr += String(chunk)));
  await once(child, 'close');
  return { stdout, stderr: stderr.split('\n').filter((line) => line !== '') };
}

/** @returns when the signal was sent; 0 where none is */
async function signalWhenReady(child: ChildProcess, { signal, signalAfter, isPid1 }: ChildPlan): Promise<number> {
  if (signal === undefined) return 0;
  const ready = new Promise<void>((resolve) => {
    child.stdout?.on('data', (chunk) => String(chunk).includes('ready') && resolve());
  });
  await Promise.race([Promise.all([ready, signalAfter]), once(child, 'exit')]);
  if (child.exitCode !== null || child.signalCode !== null) return 0;
  process.kill(isPid1 ? onlyChildOf(child) : (child.pid ?? 0), signal);
  return Date.now();
}

/** Finds the process that `unshare` runs; the signal is for that one. */
function onlyChildOf({ pid }: ChildProcess): number {
  return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8'));
}

function commandOf({ preload, script, args = [], isInherited, isPid1 }: ChildPlan): [string, string[]] {
  const node = process.env['CLEW_TEST_NODE'] ?? process.execPath;
  const module = PRELOADS[preload];
  const flags = module === undefined || isInherited ? [] : ['--import', module];
  const nodeArgs = [...flags, script, ...args];
  return isPid1 ? ['unshare', [...PID_NAMESPACE, node, ...nodeArgs]] : [node, nodeArgs];
}

/** With `--kill-child` the app does not outlive `unshare`. */
export const PID_NAMESPACE: readonly string[] = ['--pid', '--fork', '--mount-proc', '--kill-child'];

function environmentOf({ preload, endpoint, isInherited, env }: ChildPlan, reportFile: string): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(OTEL_|CLEW_|NODE_OPTIONS|VITEST)/.test(name));
  const module = PRELOADS[preload];
  return {
    ...Object.fromEntries(inherited),
    ...(isInherited && module !== undefined && { NODE_OPTIONS: `--import ${module}` }),
    FAULTS_REPORT: reportFile,
    OTEL_SERVICE_NAME: 'faults',
    OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
    OTEL_METRICS_EXPORTER: 'none',
    OTEL_LOGS_EXPORTER: 'none',
    OTEL_NODE_RESOURCE_DETECTORS: 'none',
    ...env,
  };
}
