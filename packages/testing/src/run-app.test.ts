import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, describe, expect, test, vi } from 'vitest';

import { runApp } from './run-app.ts';
import { MissingSdkError, sdkPreload } from './sdk-preload.ts';

const directory = mkdtempSync(join(tmpdir(), 'clew-testing-'));
afterAll(() => rmSync(directory, { recursive: true }));

/** Sends one trace by itself: `work`, and in it `query`, which failed. */
const SENDS_SPANS = `
  const span = (name, spanId, more) => ({
    traceId: '0af7651916cd43dd8448eb211c80319c', spanId, name, kind: 1, startTimeUnixNano: '1', endTimeUnixNano: '2', ...more,
  });
  const spans = [
    span('query', '00f067aa0ba902b7', { parentSpanId: 'b7ad6b7169203331', status: { code: 2, message: 'no table' } }),
    span('work', 'b7ad6b7169203331', { startTimeUnixNano: '0' }),
  ];
  await fetch(process.env.OTEL_EXPORTER_OTLP_ENDPOINT + '/v1/traces', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] }),
  });`;

const script = (source: string) => ({ args: ['--input-type=module', '--eval', source], preload: false });

test('an app runs to its end, with its output and how it ended', async () => {
  await using app = await runApp(script(`console.log('out'); console.error('err'); process.exitCode = 3;`));

  expect(await app.exited).toEqual({ code: 3, signal: null });
  expect([app.stdout, app.stderr]).toEqual(['out\n', 'err\n']);
});

test('what an app sends arrives, and shows as a tree', async () => {
  await using app = await runApp(script(SENDS_SPANS));

  const [query] = await app.waitForSpans(({ name }) => name === 'query');
  await app.exited;

  expect(query).toMatchObject({ parentSpanId: 'b7ad6b7169203331' });
  expect(app.spans()).toHaveLength(2);
  expect(app.tree()).toBe('work\n  query !no table');
  expect(app.viewer.received).toHaveLength(1);
});

test('waiting for spans that do not come says what came', async () => {
  await using app = await runApp({ ...script(SENDS_SPANS), timeoutMillis: 1500 });

  await expect(app.waitForSpans(({ name }) => name === 'other')).rejects.toThrow('work (2 spans');
});

test('untilStdout waits for a match, also across writes, and gives its groups', async () => {
  await using app = await runApp(
    script(
      `process.stdout.write('listening at '); setTimeout(() => console.log('port 7.'), 20); setInterval(() => {}, 99)`,
    ),
  );

  const [, port] = await app.untilStdout(/listening at port (\d+)/g);
  const again = await app.untilStdout(/^listening/);

  expect([port, again[0]]).toEqual(['7', 'listening']);
});

test('untilStderr waits for a match in what the app says of itself', async () => {
  await using app = await runApp(script(`console.error('out of paper'); setInterval(() => {}, 99)`));

  expect((await app.untilStderr(/out of (\w+)/))[1]).toBe('paper');
});

test('untilStdout rejects with all output when the app ends without a match', async () => {
  await using app = await runApp(script(`console.log('hello'); throw new Error('crashed')`));

  await expect(app.untilStdout(/ready/)).rejects.toThrow(
    /ended with exit code 1 and did not print \/ready\/; stdout "hello\\n", stderr ".*crashed/,
  );
});

test('an app that outlives its time is killed, and untilStdout says so', async () => {
  await using app = await runApp({ ...script('setInterval(() => {}, 99)'), timeoutMillis: 300 });

  await expect(app.untilStdout(/ready/)).rejects.toThrow('was killed after 300 ms and did not print /ready/');
  expect(await app.exited).toEqual({ code: null, signal: 'SIGKILL' });
});

test('a signal reaches the app', async () => {
  await using app = await runApp(
    script(`process.on('SIGTERM', () => process.exit(7)); console.log('ready'); setInterval(() => {}, 99)`),
  );
  await app.untilStdout(/ready/);

  app.kill();

  expect(await app.exited).toEqual({ code: 7, signal: null });
});

test('an app reads the stdin it is given, and the end of it', async () => {
  await using app = await runApp({ ...script(`process.stdin.pipe(process.stdout)`), stdin: 'text' });

  await app.exited;

  expect(app.stdout).toBe('text');
});

test('it runs where, with what and by which binary it is told to', async () => {
  const source = `console.log(process.cwd(), process.env.MINE, process.env.HOME, process.argv0)`;
  await using app = await runApp({
    ...script(source),
    cwd: new URL('file:///'),
    env: { MINE: 'yes', HOME: undefined },
    node: process.execPath,
  });

  await app.exited;

  expect(app.stdout).toBe(`/ yes undefined ${process.execPath}\n`);
});

test('the binary is that of CLEW_TEST_NODE unless one is given', async () => {
  vi.stubEnv('CLEW_TEST_NODE', '/does/not/exist');
  try {
    await expect(runApp(script(''))).rejects.toThrow('spawn /does/not/exist ENOENT');
  } finally {
    vi.unstubAllEnvs();
  }
});

test('leaving the block kills the app, even while a process it started holds its stdout', async () => {
  const pids: number[] = [];
  {
    await using app = await runApp(
      script(`
        import { spawn } from 'node:child_process';
        const child = spawn('sleep', ['30'], { stdio: 'inherit' });
        child.on('spawn', () => console.log('child ' + child.pid + '.'));
        setInterval(() => {}, 99);`),
    );
    const [, child] = await app.untilStdout(/child (\d+)\./);
    pids.push(app.pid, Number(child));
  }
  const [pid, child] = pids as [number, number];

  expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  process.kill(child);
});

describe('the preload', () => {
  test('that is not installed is a MissingSdkError that says what to do', () => {
    expect(() => sdkPreload(join(directory, 'x.js'))).toThrow(MissingSdkError);
    expect(() => sdkPreload(join(directory, 'x.js'))).toThrow('or run the app with { preload: false }');
  });
});
