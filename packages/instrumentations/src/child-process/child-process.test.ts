import childProcess, { exec, execFile, execFileSync, execSync, fork, spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';

import { context, propagation, trace } from '@opentelemetry/api';
import { recordSpans } from '@clew/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { runScript } from '../../test/run-script.ts';
import { ChildProcessInstrumentation } from './child-process.ts';

const NAMES = ['TRACEPARENT', 'TRACESTATE', 'BAGGAGE'];
const PRINT = `console.log(JSON.stringify(${JSON.stringify(NAMES)}.map((name) => process.env[name])))`;
const NODE = process.execPath;
const OTHER = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

let recorded: Disposable;
let instrumentation: ChildProcessInstrumentation;
let isStartingUp: boolean;

beforeEach(() => {
  recorded = recordSpans();
  isStartingUp = false;
  instrumentation = new ChildProcessInstrumentation({ env: process.env, isStartingUp: () => isStartingUp });
});

afterEach(() => {
  instrumentation.disable();
  recorded[Symbol.dispose]();
  for (const name of NAMES) Reflect.deleteProperty(process.env, name);
});

type Options = { env?: NodeJS.ProcessEnv };

const WAYS: Record<string, (options?: Options) => string | Promise<string>> = {
  spawn: (options) => text(spawn(NODE, ['-e', PRINT], { ...options }).stdout),
  fork: async (options) => {
    const child = fork('-', { ...options, execPath: NODE, execArgv: ['-e', PRINT], silent: true });
    if (child.stdout === null) throw new Error('no stdout');
    return text(child.stdout);
  },
  exec: async (options) => (await promisify(exec)(`"${NODE}" -e '${PRINT}'`, { ...options })).stdout,
  execFile: async (options) => (await promisify(execFile)(NODE, ['-e', PRINT], { ...options })).stdout,
  spawnSync: (options) => spawnSync(NODE, ['-e', PRINT], options && { ...options, encoding: 'utf8' }).stdout.toString(),
  execSync: (options) => execSync(`"${NODE}" -e '${PRINT}'`, options).toString(),
  execFileSync: (options) => execFileSync(NODE, ['-e', PRINT], options).toString(),
};

describe.each(Object.entries(WAYS))('a process started by %s', (_name, start) => {
  test('inside a span continues its trace', async () => {
    const { seen, traceparent } = await inSpan(() => start());

    expect(seen).toEqual([traceparent, null, null]);
  });

  test('with an environment of its own continues the trace too', async () => {
    const env = Object.freeze({ PATH: process.env['PATH'] });

    const { seen, traceparent } = await inSpan(() => start({ env }));

    expect(seen).toEqual([traceparent, null, null]);
  });

  test('keeps a trace that the user gives it', async () => {
    const { seen } = await inSpan(() => start({ env: { ...process.env, TRACEPARENT: OTHER } }));

    expect(seen).toEqual([OTHER, null, null]);
  });

  test('outside of any span has no trace', async () => {
    expect(JSON.parse(await start())).toEqual([null, null, null]);
  });
});

test('baggage and tracestate travel with the trace', async () => {
  const baggage = propagation.createBaggage({ tier: { value: 'gold' } });
  const remote = propagation.extract(context.active(), { traceparent: OTHER, tracestate: 'vendor=1' });
  const within = propagation.setBaggage(remote, baggage);

  const seen = await context.with(within, () => WAYS['spawn']?.());

  expect(JSON.parse(seen ?? '')).toEqual([OTHER, 'vendor=1', 'tier=gold']);
});

describe('a trace that was handed down to this process', () => {
  beforeEach(() => Object.assign(process.env, { TRACEPARENT: OTHER, TRACESTATE: 'vendor=1', BAGGAGE: 'tier=gold' }));

  test.each(Object.entries(WAYS))(
    'is handed on by %s outside of a span while the process starts up',
    async (_name, start) => {
      isStartingUp = true;

      expect(JSON.parse(await start())).toEqual([OTHER, 'vendor=1', 'tier=gold']);
    },
  );

  test.each(Object.entries(WAYS))(
    'is no longer handed on by %s when the process has let go of it',
    async (_name, start) => {
      expect(JSON.parse(await start())).toEqual([null, null, null]);
      expect(JSON.parse(await start({ env: { ...process.env } }))).toEqual([null, null, null]);
    },
  );

  test.each(Object.entries(WAYS))('gives way, whole, to the active span with %s', async (_name, start) => {
    const { seen, traceparent } = await inSpan(() => start());

    expect(seen).toEqual([traceparent, null, null]);
  });

  test('leaves baggage that the user gives beside it', async () => {
    const env = { ...process.env, BAGGAGE: 'mine=1' };

    const { seen, traceparent } = await inSpan(() => WAYS['spawn']?.({ env }) ?? '');

    expect(seen).toEqual([traceparent, null, 'mine=1']);
  });

  test('is left alone by default, and by a process without an SDK', async () => {
    instrumentation.disable();
    instrumentation = new ChildProcessInstrumentation({ env: process.env });
    expect(JSON.parse(await WAYS['spawn']!())).toEqual([OTHER, 'vendor=1', 'tier=gold']);

    propagation.disable();
    const { seen } = await inSpan(() => WAYS['spawnSync']!());
    expect(seen).toEqual([OTHER, 'vendor=1', 'tier=gold']);
  });
});

test('nothing is written to the options or the environment that are given, nor to our own', async () => {
  const env = { PATH: process.env['PATH'] };
  const options = { env, encoding: 'utf8' } as const;
  const before = { ...process.env };

  await inSpan(() => spawnSync(NODE, ['-e', PRINT], options).stdout);
  await inSpan(() => text(spawn(NODE, ['-e', PRINT], options).stdout));

  expect(options).toEqual({ env: { PATH: process.env['PATH'] }, encoding: 'utf8' });
  expect(options.env).toBe(env);
  expect(process.env).toEqual(before);
});

test('environment variables that are inherited from a prototype are kept', async () => {
  const env = Object.create({ FROM_PROTOTYPE: 'kept' }) as NodeJS.ProcessEnv;

  const { stdout } = await inSpanRaw(() => spawnSync('echo $FROM_PROTOTYPE $TRACEPARENT', { shell: true, env }));

  expect(stdout.toString()).toMatch(/^kept 00-[\da-f]{32}-/);
});

test.each<[string, () => unknown]>([
  ['a file that is no text', () => spawnSync(7 as never)],
  ['a list that is a text', () => spawnSync('true', 'text' as never)],
  ['options that are a number', () => spawnSync('true', [], 7 as never)],
  ['options that are null', () => spawnSync('true', [], null as never)],
  ['an environment with a NUL', () => spawnSync('true', { env: { A: '\0' } })],
  ['a command that is missing', () => execSync(undefined as never)],
  ['a command that fails', () => execSync('exit 3', { stdio: 'ignore' })],
  ['a file that does not exist', () => execFileSync('/does/not/exist')],
])('%s fails as it fails without us', async (_name, call) => {
  const failure = () => {
    try {
      return call();
    } catch (error) {
      const { name, message, code, status } = error as Error & { code?: unknown; status?: unknown };
      return { name, message, code, status };
    }
  };

  const patched = await inSpanRaw(failure);
  instrumentation.disable();

  expect(patched).toEqual(await inSpanRaw(failure));
  expect(patched).toHaveProperty('message');
});

test('the functions look as they look without us, and disabling takes every patch back', () => {
  const { ChildProcess } = childProcess;
  const functions = () => [spawnSync, execSync, execFileSync, spawnOf(ChildProcess)];
  const look = () => functions().map((each) => [each.name, each.length, Object.keys(each)]);
  const patched = spawnSync;
  const withUs = look();

  instrumentation.disable();

  expect(spawnSync).not.toBe(patched);
  expect(withUs).toEqual(look());
});

test('a process that the cluster module starts continues the trace', async () => {
  const source = `import cluster from 'node:cluster'; import { trace } from '@opentelemetry/api';
    import { recordSpans } from '@clew/testing';
    import { ChildProcessInstrumentation } from '@clew/instrumentations/child-process';
    if (cluster.isPrimary) {
      recordSpans();
      void new ChildProcessInstrumentation({ env: process.env });
      trace.getTracer('test').startActiveSpan('work', (span) => {
        cluster.setupPrimary({ exec: process.execPath, execArgv: ['-e', 'process.send(process.env.TRACEPARENT)'] });
        cluster.fork().on('message', (seen) => {
          console.log(seen?.includes(span.spanContext().spanId));
          cluster.disconnect();
        });
      });
    }`;

  expect(await runScript({ type: 'module', source })).toMatchObject({ stdout: 'true\n', stderr: '', code: 0 });
});

test('a real child that reads its environment is a child of the span it was started in', async () => {
  const reader = `import { context, propagation, ROOT_CONTEXT, trace } from '@opentelemetry/api';
    import { recordSpans } from '@clew/testing';
    const recorded = recordSpans();
    const carrier = { traceparent: process.env.TRACEPARENT };
    trace.getTracer('child').startSpan('child', {}, propagation.extract(ROOT_CONTEXT, carrier)).end();
    console.log(recorded.named('child').parentSpanContext.spanId);`;

  const { result, spanId } = await inSpanRaw(async () => {
    const child = spawn(NODE, ['--input-type=module', '-e', reader], { cwd: new URL('../..', import.meta.url) });
    const closed = once(child, 'close');
    const printed = await text(child.stdout);
    await closed;
    return { result: printed.trim(), spanId: trace.getActiveSpan()?.spanContext().spanId };
  });

  expect(result).toBe(spanId);
});

const spawnOf = ({ prototype }: typeof ChildProcess) => (prototype as unknown as { spawn: () => void }).spawn;

async function inSpanRaw<Result>(work: () => Result | Promise<Result>): Promise<Result> {
  return trace.getTracer('test').startActiveSpan('work', async (span) => {
    const result = await work();
    span.end();
    return result;
  });
}

/** Returns what the started process saw, and the traceparent of the span it was started in. */
async function inSpan(start: () => string | Promise<string>) {
  return inSpanRaw(async () => {
    const headers: Record<string, string> = {};
    propagation.inject(context.active(), headers);
    return { seen: JSON.parse(await start()) as unknown, traceparent: headers['traceparent'] };
  });
}
