import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { startViewer } from '@clew/viewer';
import { expect, test } from 'vitest';

import { INERT_PRELOAD, preloadAt, runClew, spawnClew } from '../../test/spawn-clew.ts';

const TRACE_ID = '94a4c0de16cd43dd8448eb211c80319c';
const NODE = process.execPath;

test("the child's stdout and stderr pass through byte for byte", async () => {
  const app = `
    const bytes = require('node:crypto').createHash('shake256', { outputLength: 3_000_000 }).update('x').digest();
    process.stdout.write(bytes);
    process.stderr.write('no line break at the end');
  `;
  const bytes = createHash('shake256', { outputLength: 3_000_000 }).update('x').digest();

  const { code, stdout, stderr } = await run(NODE, '-e', app);

  expect(code).toBe(0);
  expect(stdout.equals(bytes)).toBe(true);
  expect(stderr).toContain('no line break at the end');
});

test('the child reads our stdin', async () => {
  const clew = spawnClew(['run', '--port', '0', '--', 'cat']);

  clew.process.stdin.end('from the user\n');
  await clew.ended();

  expect(clew.stdout().toString()).toBe('from the user\n');
});

test('the exit code is that of the child', async () => {
  expect(await run('sh', '-c', 'exit 7')).toMatchObject({ code: 7, signal: null });
});

test.each(['SIGTERM', 'SIGKILL', 'SIGINT'] as const)('when the child dies from %s, so do we', async (signal) => {
  const { code, signal: ours } = await run('sh', '-c', `kill -${signal.slice(3)} $$`);

  expect({ code, signal: ours }).toEqual({ code: null, signal });
});

test.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
  '%s to us reaches the child, which ends as it likes',
  async (signal) => {
    const app = `process.on('${signal}', () => process.exit(3)); setInterval(() => {}, 1000); console.log('ready');`;
    const clew = spawnClew(['run', '--port', '0', '--', NODE, '-e', app]);
    await clew.written('ready\n');

    clew.process.kill(signal);

    expect(await clew.ended()).toEqual({ code: 3, signal: null });
    expect(clew.stderr()).toContain('clew  no traces');
  },
);

test('a command that is not there is one line and exit code 127', async () => {
  const { code, stdout, stderr } = await run('no-such-command');

  expect(code).toBe(127);
  expect(stdout.toString()).toBe('');
  expect(stderr).toBe('clew: no-such-command: command not found\n');
});

test('a command that is no program is one line and exit code 126', async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'data.txt');
  await writeFile(file, 'x', { mode: 0o600 });

  const { code, stderr } = await run(file);

  expect(code).toBe(126);
  expect(stderr).toBe(`clew: ${file}: is not executable\n`);
});

test.each([
  ['no command', ['run'], 'clew: run needs a command, e.g. clew run -- node app.js'],
  ['an unknown option', ['run', '--nope', '--', 'true'], "unknown option '--nope'"],
  [
    'an unknown value of --show',
    ['run', '--show', 'some', 'true'],
    'expected some of all, errors, slow, none, attributes, got "some"',
  ],
  ['a port that is none', ['run', '--port', '70000', 'true'], 'expected a number from 0 to 65535'],
  ['a time that is none', ['run', '--slow-ms', '1s', 'true'], 'expected a number of milliseconds'],
])('%s is a usage error with exit code 2', async (_what, args, message) => {
  const { code, stdout, stderr } = await runClew(args);

  expect(code).toBe(2);
  expect(stdout.toString()).toBe('');
  expect(stderr).toContain(message);
});

test('without the preload nothing is run', async () => {
  const { code, stdout, stderr } = await runClew(['run', '--', 'echo', 'ran'], { preload: null });

  expect(code).toBe(1);
  expect(stdout.toString()).toBe('');
  expect(stderr).toBe('clew: @clew/sdk is not installed; install it beside @clew/cli\n');
});

test('options after the command belong to the command, with or without --', async () => {
  const withDashes = await run('echo', '--show', 'all', '--', '-x');
  const without = await runClew(['run', '--port', '0', 'echo', '--show', 'all']);

  expect(withDashes.stdout.toString()).toBe('--show all -- -x\n');
  expect(without.stdout.toString()).toBe('--show all\n');
});

test('the child and its children are instrumented and send to the viewer', async () => {
  const app = `
    const show = 'const { NODE_OPTIONS, OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_BSP_SCHEDULE_DELAY } = process.env;'
      + 'console.log(JSON.stringify({ NODE_OPTIONS, OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_BSP_SCHEDULE_DELAY }))';
    require('node:child_process').spawnSync(process.execPath, ['-e', show], { stdio: 'inherit' });
  `;
  const args = ['run', '--port', '0', '--', NODE, '-e', app];

  const { stdout, stderr } = await runClew(args, { env: { NODE_OPTIONS: '--no-deprecation' } });

  const [url] = /http:\/\/127\.0\.0\.1:\d+/.exec(stderr) ?? [];
  expect(JSON.parse(stdout.toString())).toEqual({
    NODE_OPTIONS: `--no-deprecation --require ${INERT_PRELOAD.required}`,
    OTEL_EXPORTER_OTLP_ENDPOINT: url,
    OTEL_BSP_SCHEDULE_DELAY: '200',
  });
});

test('a preload whose path has spaces and quotes is loaded', async () => {
  await using folder = await temporaryFolder();
  const place = join(folder.path, String.raw`it's "my" \ app`);
  await mkdir(place);
  await writeFile(join(place, 'preload.cjs'), 'globalThis.preloaded = true;');
  const preload = preloadAt(join(place, 'preload.cjs'));

  const { stdout } = await runClew(['run', '--port', '0', '--', NODE, '-p', 'preloaded'], { preload });

  expect(stdout.toString()).toBe('true\n');
});

test('an endpoint that the user has set is respected, and we say that nothing will show', async () => {
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: 'https://collector.example:4318' };

  const { stdout, stderr } = await runClew(['run', '--port', '0', '--', 'printenv', 'OTEL_EXPORTER_OTLP_ENDPOINT'], {
    env,
  });

  expect(stdout.toString()).toBe('https://collector.example:4318\n');
  expect(stderr).toContain('traces go to the OTLP endpoint set in the environment; none will appear here');
});

test.each([{ OTEL_SDK_DISABLED: 'true' }, { OTEL_TRACES_EXPORTER: 'none' }, { OTEL_TRACES_SAMPLER: 'always_off' }])(
  'with %j in the environment the reason why no traces will appear is told',
  async (env) => {
    const { stderr } = await runClew(['run', '--port', '0', '--', 'true'], { env });

    const [[name, value]] = Object.entries(env) as [[string, string]];
    expect(stderr).toContain(`clew  ${name}=${value} is set in the environment; no traces will appear here\n`);
  },
);

test('a trace is a line on stderr, one with an error unfolds, and the last line sums up', async () => {
  const good = spans('1'.repeat(32), { name: 'GET /good', took: 5 });
  const bad = spans(TRACE_ID, { name: 'GET /bad', took: 7, status: { code: 2, message: 'card declined' } });
  const logLine = JSON.stringify({ level: 50, msg: 'charge failed', trace_id: TRACE_ID, span_id: 'b7ad6b7169203331' });

  const { stdout, stderr } = await run(NODE, '-e', sender([good, bad], logLine));

  const lines = stderr.trimEnd().split('\n');
  // The machine decides which of the two traces is quiet first.
  const [greeting, summary] = [lines.shift(), lines.pop()];
  const unfolded = lines.filter((line) => !line.startsWith('●'));
  expect(stdout.toString()).toBe(`${logLine}\n`);
  expect([greeting, ...unfolded, ...lines.filter((line) => line.startsWith('●')), summary]).toEqual([
    expect.stringMatching(/^clew {2}page and OTLP on http:\/\/127\.0\.0\.1:\d+ {3}watching .*node -e .*…$/),
    expect.stringMatching(/^✖ GET \/bad .* 7\.0ms +1 span +shop +94a4c0de$/),
    expect.stringMatching(/^ {2}✖ GET \/bad +█+ +7\.0ms$/),
    '  ↳ card declined',
    '  ↳ log ERROR charge failed',
    expect.stringMatching(/^● GET \/good .* 5\.0ms +1 span +shop +11111111$/),
    'clew  2 traces, 1 with errors, slowest 7.0ms',
  ]);
});

test.each([
  [
    ['--show', 'all'],
    ['fast', 'slow', 'failed'],
  ],
  [['--show', 'errors'], ['failed']],
  [['--show', 'slow'], ['slow']],
  [['--show', 'none'], []],
  [[], ['slow', 'failed']],
  [
    ['--slow-ms', '1'],
    ['fast', 'slow', 'failed'],
  ],
])('with %j these traces unfold: %j', async (options, unfolded) => {
  const requests = [
    spans('1'.repeat(32), { name: 'fast', took: 5 }),
    spans('2'.repeat(32), { name: 'slow', took: 1000 }),
    spans('3'.repeat(32), { name: 'failed', took: 5, status: { code: 2 } }),
  ];

  const { stderr } = await runClew(['run', '--port', '0', ...options, '--', NODE, '-e', sender(requests)]);

  expect(Array.from(stderr.matchAll(/^[●✖] (\w+)/gm), ([, name]) => name)).toEqual(['fast', 'slow', 'failed']);
  expect(Array.from(stderr.matchAll(/^ {2}(?:✖ )?(\w+) +█/gm), ([, name]) => name)).toEqual(unfolded);
});

test('with --show attributes a trace that unfolds has the attributes of its spans', async () => {
  const request = spans(TRACE_ID, { name: 'GET /bad', took: 5, status: { code: 2 }, attributes: { order: '81' } });

  const { stderr } = await runClew(['run', '--port', '0', '--show', 'attributes', '--', NODE, '-e', sender([request])]);

  expect(stderr).toMatch(/\n {2}✖ GET \/bad .*\n {4}order: 81\n/);
});

test('a port for gRPC that was asked for is told, and the command sends over HTTP all the same', async () => {
  const { stdout, stderr } = await runClew([
    'run',
    '--port',
    '0',
    '--grpc',
    '0',
    '--',
    'printenv',
    'OTEL_EXPORTER_OTLP_ENDPOINT',
  ]);

  const [, url = '', grpcUrl = ''] = /OTLP on (\S+) [^]*\nclew {2}OTLP over gRPC on (\S+)\n/.exec(stderr) ?? [];
  expect(stdout.toString()).toBe(`${url}\n`);
  expect(grpcUrl).not.toBe(url);
});

test('the page is opened in the browser on request', async () => {
  await using folder = await temporaryFolder();
  const opened = join(folder.path, 'opened');
  await writeFile(join(folder.path, 'xdg-open'), `#!/bin/sh\necho "$1" > '${opened}'\n`, { mode: 0o755 });
  const env = { PATH: `${folder.path}:${process.env['PATH']}` };
  const waits = `while [ ! -s '${opened}' ]; do sleep 0.05; done; cat '${opened}'`;

  const { stdout, stderr } = await runClew(['run', '--port', '0', '--open', '--', 'sh', '-c', waits], { env });

  const [url = ''] = /http:\/\/127\.0\.0\.1:\d+/.exec(stderr) ?? [];
  expect(stdout.toString()).toBe(`${url}\n`);
});

test.each([
  ['is not there', undefined, 'command not found'],
  ['fails', '#!/bin/sh\nexit 3\n', 'ended with 3'],
])('a browser that %s is one line, and the command runs', async (_what, program, reason) => {
  await using folder = await temporaryFolder();
  if (program !== undefined) await writeFile(join(folder.path, 'xdg-open'), program, { mode: 0o755 });
  await symlink('/bin/cat', join(folder.path, 'cat'));
  await symlink('/bin/sh', join(folder.path, 'sh'));
  const clew = spawnClew(['run', '--port', '0', '--open', '--', 'cat'], { env: { PATH: folder.path } });

  await clew.written(`clew  no browser was opened (xdg-open: ${reason}); the page is on http://127.0.0.1:`);
  clew.process.stdin.end('runs\n');

  expect(await clew.ended()).toEqual({ code: 0, signal: null });
  expect(clew.stdout().toString()).toBe('runs\n');
});

test('all telemetry of a run is saved, and shown again by clew view', async () => {
  await using folder = await temporaryFolder();
  const request = spans(TRACE_ID, { name: 'GET /bad', took: 7, status: { code: 2, message: 'card declined' } });
  const line = JSON.stringify({ level: 50, msg: 'charge failed', trace_id: TRACE_ID });

  const command = ['--', NODE, '-e', sender([request], line)];
  const run = await runClew(['run', '--port', '0', '--save', 'run.jsonl', ...command], { cwd: folder.path });
  const view = await runClew(['view', 'run.jsonl'], { cwd: folder.path });

  const [, ...printed] = run.stderr.trimEnd().split('\n');
  const traces = printed.slice(0, -2);
  expect(traces).toHaveLength(4);
  expect(printed.slice(-2)).toEqual([
    'clew  1 trace, 1 with errors, slowest 7.0ms',
    'clew  saved in run.jsonl; clew view run.jsonl shows it again',
  ]);
  expect(view.stdout.toString().trimEnd().split('\n')).toEqual(traces);
  expect(view.stderr).toBe('clew  1 trace, 1 with errors, slowest 7.0ms\n');
});

test('a run that is saved joins no viewer', async () => {
  await using folder = await temporaryFolder();
  await using viewer = await startViewer({ port: 0 });
  const request = spans(TRACE_ID, { name: 'GET /saved', took: 5 });
  const options = ['--port', String(viewer.port), '--save', 'run.jsonl'];

  const { stderr } = await runClew(['run', ...options, '--', NODE, '-e', sender([request])], { cwd: folder.path });

  expect(viewer.store.traces()).toEqual([]);
  expect(stderr).toMatch(/^clew {2}port \d+ is taken by Clew viewer .*\nclew {2}page and OTLP on /);
  expect(await readFile(join(folder.path, 'run.jsonl'), 'utf8')).toContain('GET /saved');
});

test.runIf(existsSync('/dev/full'))('a full disk is told, and the run goes on', async () => {
  const requests = ['1', '2'].map((digit) => spans(digit.repeat(32), { name: 'GET /', took: 5 }));

  const { code, stderr } = await runClew([
    'run',
    '--port',
    '0',
    '--save',
    '/dev/full',
    '--',
    NODE,
    '-e',
    sender(requests),
  ]);

  expect(code).toBe(0);
  expect(stderr.match(/^clew: .*/gm)).toEqual(['clew: /dev/full: no space is left; nothing more is saved']);
  expect(stderr).toMatch(/clew {2}2 traces, slowest 5\.0ms\nclew {2}\/dev\/full is not complete\n$/);
});

test('a file that cannot be written is told before the command runs', async () => {
  const { code, stdout, stderr } = await runClew(['run', '--save', '/missing/run.jsonl', '--', 'echo', 'ran']);

  expect(code).toBe(1);
  expect(stdout.toString()).toBe('');
  expect(stderr).toBe('clew: /missing/run.jsonl cannot be written: no such folder\n');
});

test('--save without a file is wrong usage, and saves in none that is named --', async () => {
  await using folder = await temporaryFolder();

  const { code, stderr } = await runClew(['run', '--save', '--', 'echo', 'ran'], { cwd: folder.path });

  expect(code).toBe(2);
  expect(stderr).toContain("option '--save <file>' argument '--' is invalid. expected the name of a file");
  expect(existsSync(join(folder.path, '--'))).toBe(false);
});

test('a viewer that is already here is joined', async () => {
  await using viewer = await startViewer({ port: 0 });
  const request = spans(TRACE_ID, { name: 'GET /joined', took: 5 });
  const line = JSON.stringify({ level: 40, msg: 'stock is low', trace_id: TRACE_ID, left: 2 });

  const { stderr } = await runClew(['run', '--port', String(viewer.port), '--', NODE, '-e', sender([request], line)]);

  expect(viewer.store.trace(TRACE_ID)?.spans[0]?.name).toBe('GET /joined');
  expect(viewer.store.trace(TRACE_ID)?.logs).toMatchObject([
    { severityNumber: 13, severityText: 'warn', body: 'stock is low', attributes: { left: 2 } },
  ]);
  expect(stderr).toMatch(
    /^clew {2}page on http:\/\/127\.0\.0\.1:\d+, of the viewer that already runs there {3}watching .*\n$/,
  );
});

test('when the viewer that was joined goes away, the command goes on', async () => {
  const viewer = await startViewer({ port: 0 });
  const app = `
    console.log('started');
    process.stdin.once('data', () => console.log(JSON.stringify({ msg: 'x', trace_id: '${TRACE_ID}' })));
    process.stdin.once('end', () => process.exit(4));
  `;
  const clew = spawnClew(['run', '--port', String(viewer.port), '--', NODE, '-e', app]);
  await clew.written('started\n');

  await viewer.close();
  clew.process.stdin.end('go on\n');

  expect(await clew.ended()).toEqual({ code: 4, signal: null });
  expect(clew.stdout().toString()).toContain(TRACE_ID);
});

test('when something else has the port, the next free one is taken and told', async () => {
  const foreign = createServer((_request, response) => void response.end());
  await once(foreign.listen(0, '127.0.0.1'), 'listening');
  const { port } = foreign.address() as AddressInfo;

  const { stdout, stderr } = await runClew([
    'run',
    '--port',
    String(port),
    '--',
    'printenv',
    'OTEL_EXPORTER_OTLP_ENDPOINT',
  ]);
  foreign.close();

  const [, taken] = /(\d+)\n$/.exec(stdout.toString()) ?? [];
  expect(Number(taken)).toBeGreaterThan(port);
  expect(stderr).toContain(`clew  port ${port} is taken by a program that is not a Clew viewer\n`);
  expect(stderr).toContain(`page and OTLP on http://127.0.0.1:${taken}   watching`);
});

test('when the reader of our stdout goes away, the child hears of it', async () => {
  const clew = spawnClew(['run', '--port', '0', '--', 'yes']);
  await clew.written('y\n');

  clew.process.stdout.destroy();

  expect((await clew.ended()).code).not.toBe(0);
});

test('a process that the child leaves behind with our stdout does not keep us', async () => {
  const { code, stdout } = await run('sh', '-c', 'sleep 60 2>/dev/null & echo $!');

  expect(code).toBe(0);
  const pid = Number(stdout.toString());
  expect(pid).toBeGreaterThan(0); // 0 would be ourselves and all around us
  process.kill(pid);
});

test('a slow reader of our stdout gets everything the child wrote', async () => {
  const clew = spawnClew(['run', '--port', '0', '--', NODE, '-e', "process.stdout.write('x'.repeat(3_000_000))"]);
  clew.process.stdout.pause();
  await new Promise((resolve) => setTimeout(resolve, 1500)); // longer than a process left behind is waited for
  clew.process.stdout.resume();

  await clew.ended();

  expect(clew.stdout().length).toBe(3_000_000);
});

function run(...command: string[]) {
  return runClew(['run', '--port', '0', '--', ...command]);
}

/** The source of a program that posts the requests one after the other and writes a line to stdout. */
function sender(requests: readonly string[], line?: string): string {
  return `(async () => {
    ${line === undefined ? '' : `console.log(${JSON.stringify(line)});`}
    for (const body of ${JSON.stringify(requests)}) {
      const headers = { 'content-type': 'application/json' };
      await fetch(process.env.OTEL_EXPORTER_OTLP_ENDPOINT + '/v1/traces', { method: 'POST', headers, body });
    }
  })()`;
}

interface SpanOf {
  readonly name: string;
  readonly took: number;
  readonly status?: object;
  readonly attributes?: Readonly<Record<string, string>>;
}

function spans(traceId: string, { name, took, status, attributes = {} }: SpanOf): string {
  const start = 1_700_000_000_000;
  const times = { startTimeUnixNano: `${start}000000`, endTimeUnixNano: `${start + took}000000` };
  const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }] };
  const span = {
    traceId,
    spanId: 'b7ad6b7169203331',
    name,
    kind: 2,
    ...times,
    ...(status && { status }),
    attributes: Object.entries(attributes).map(([key, stringValue]) => ({ key, value: { stringValue } })),
  };
  return JSON.stringify({ resourceSpans: [{ resource, scopeSpans: [{ spans: [span] }] }] });
}

async function temporaryFolder() {
  const path = await mkdtemp(join(tmpdir(), 'clew-run-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) };
}
