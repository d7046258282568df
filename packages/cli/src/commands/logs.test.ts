import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { runClew, spawnClew } from '../../test/spawn-clew.ts';

const FAILED = '94a4c0de16cd43dd8448eb211c80319c';
const FINE = '1b'.repeat(16);
const NOON = Date.UTC(2026, 10, 20, 12);

const GATEWAY = [
  pinoLine({ trace_id: FAILED, span_id: '1'.repeat(16), time: NOON, msg: 'asks' }),
  pinoLine({ trace_id: FINE, span_id: '5'.repeat(16), time: NOON + 1, msg: 'is fine' }),
  pinoLine({ trace_id: FAILED, span_id: '1'.repeat(16), time: NOON + 40, msg: 'answers', status: 402 }),
];
const ORDERS = [
  { level: 'info', message: 'listening', timestamp: '2026-11-20T11:00:00.000Z' },
  {
    level: 'error',
    message: 'declined',
    timestamp: '2026-11-20T11:59:58.000Z', // two seconds slow
    traceId: FAILED,
    spanId: '2'.repeat(16),
    parentId: '1'.repeat(16),
  },
];

test('the lines of several files are grouped by trace, in causal order where parents are known', async () => {
  await using folder = await folderOf({ 'gateway.log': GATEWAY, 'orders.log': [...ORDERS, 'Server closed'] });

  const { code, stdout, stderr } = await runClew(['logs', 'orders.log', 'gateway.log'], { cwd: folder.path });

  expect(stdout.toString()).toBe(`\
✖ ${FAILED}  2026-11-20  3 lines  gateway, orders  in causal order
  12:00:00.000 INFO  gateway asks
  11:59:58.000 ERROR orders    declined
  12:00:00.040 INFO  gateway answers {status: 402}

● ${FINE}  2026-11-20  1 line  gateway
  12:00:00.001 INFO  gateway is fine
`);
  expect(stderr).toBe(
    'clew  2 traces, 4 lines; also read: 1 line without a trace id, 1 line that is not JSON (--all shows lines without a trace id)\n',
  );
  expect(code).toBe(0);
});

test('without files, stdin is read; the last line need not end in a break', async () => {
  const clew = spawnClew(['logs']);

  clew.process.stdin.end(`${JSON.stringify(ORDERS[0])}\n${JSON.stringify(ORDERS[1])}`);
  const { code } = await clew.ended();

  expect(clew.stdout().toString()).toBe(`✖ ${FAILED}  2026-11-20  1 line  -\n  11:59:58.000 ERROR - declined\n`);
  expect(code).toBe(0);
});

test.each([FAILED, FAILED.toUpperCase(), FAILED.slice(0, 8)])('--trace %s shows that trace only', async (id) => {
  await using folder = await folderOf({ 'gateway.log': GATEWAY });

  const { code, stdout, stderr } = await runClew(['logs', '--trace', id, 'gateway.log'], { cwd: folder.path });

  expect(stdout.toString().match(/^[●✖] .*/gm)).toEqual([`● ${FAILED}  2026-11-20  2 lines  gateway  in time order`]);
  expect(stderr).toBe('clew  1 trace, 2 lines; also read: 1 line of other traces\n');
  expect(code).toBe(0);
});

test("--trace also finds the lines on which Datadog wrote the second half of the trace's id", async () => {
  const half = { dd: { trace_id: String(BigInt(`0x${FAILED.slice(16)}`)) }, message: 'from afar', service: 'legacy' };
  await using folder = await folderOf({ 'all.log': [half, ...GATEWAY] });

  const { stdout } = await runClew(['logs', '--trace', FAILED.slice(0, 8), 'all.log'], { cwd: folder.path });

  expect(stdout.toString()).toMatch(new RegExp(`^● ${FAILED} .* 3 lines  legacy, gateway  in time order\n`));
});

test('--all shows lines without a trace too, before the traces', async () => {
  await using folder = await folderOf({ 'orders.log': ['\u001B[31mnpm\u001B[39m\tstart\u0007', ...ORDERS] });

  const { stdout, stderr } = await runClew(['logs', '--all', 'orders.log'], { cwd: folder.path });

  expect(stdout.toString()).toBe(`\
npm\tstart
  11:00:00.000 INFO  orders listening
✖ ${FAILED}  2026-11-20  1 line  orders
  11:59:58.000 ERROR orders declined
`);
  expect(stderr).toBe('clew  1 trace, 1 line; also read: 1 line without a trace id, 1 line that is not JSON\n');
});

test.each([
  [
    [],
    [ORDERS[0]],
    'no line has a trace id; also read: 1 line without a trace id (--all shows lines without a trace id)',
  ],
  [['--trace', 'abc'], GATEWAY, 'no trace id begins with abc; also read: 3 lines of other traces'],
  [[], [], 'no line has a trace id'],
])('with %j and no trace to show, it says so and exits with 1', async (options, lines, message) => {
  await using folder = await folderOf({ 'app.log': lines });

  const { code, stdout, stderr } = await runClew(['logs', ...options, 'app.log'], { cwd: folder.path });

  expect({ code, stdout: stdout.toString(), stderr }).toEqual({ code: 1, stdout: '', stderr: `clew  ${message}\n` });
});

test('a file that cannot be read is told, the others are shown, and the exit code is 1', async () => {
  await using folder = await folderOf({ 'gateway.log': GATEWAY });

  const { code, stdout, stderr } = await runClew(['logs', 'none.log', '.', 'gateway.log'], { cwd: folder.path });

  expect(stdout.toString()).toContain('is fine');
  expect(stderr).toBe('clew: none.log: no such file\nclew: .: is a directory\nclew  2 traces, 3 lines\n');
  expect(code).toBe(1);
});

test.each([
  [['--trace', 'xyz'], 'expected up to 32 hex digits'],
  [['--trace', 'a'.repeat(33)], 'expected up to 32 hex digits'],
  [['--buffer-mib', '0'], 'expected a number of MiB'],
])('%j is a usage error with exit code 2', async (options, message) => {
  const { code, stdout, stderr } = await runClew(['logs', ...options, 'app.log']);

  expect({ code, stdout: stdout.toString() }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain(message);
});

test('lines beyond the bound are shown early, which is told, and none is lost', async () => {
  const lines = Array.from({ length: 6000 }, (_, n) =>
    pinoLine({ trace_id: (n % 2000).toString(16).padStart(32, 'a'), time: NOON + n, msg: `line ${n}` }),
  );
  await using folder = await folderOf({ 'app.log': lines });

  const { code, stdout, stderr } = await runClew(['logs', '--buffer-mib', '1', 'app.log'], { cwd: folder.path });

  const shown = Array.from(stdout.toString().matchAll(/ line (\d+)$/gm), ([, n]) => Number(n));
  expect(shown.toSorted((a, b) => a - b)).toEqual(lines.map((_, n) => n));
  expect(stderr).toMatch(/^clew {2}\d+ traces were shown before the end, because all lines take more than 1 MiB/m);
  expect(code).toBe(0);
});

test('a line of more than 1 Mi characters is left out and counted', async () => {
  await using folder = await folderOf({
    'app.log': [pinoLine({ trace_id: FINE, msg: 'x'.repeat(2 ** 20) }), ...GATEWAY],
  });

  const { stdout, stderr } = await runClew(['logs', 'app.log'], { cwd: folder.path });

  expect(stdout.length).toBeLessThan(1000);
  expect(stderr).toBe('clew  2 traces, 3 lines; also read: 1 line longer than 1 Mi characters\n');
});

test('when the reader goes away, as head does, it ends without a word', async () => {
  const lines = Array.from({ length: 20_000 }, (_, n) =>
    pinoLine({ trace_id: (n + 1).toString(16).padStart(32, 'a'), time: NOON, msg: 'again' }),
  );
  await using folder = await folderOf({ 'app.log': lines });
  const clew = spawnClew(['logs', 'app.log'], { cwd: folder.path });
  await clew.written('again');

  clew.process.stdout.destroy();

  expect(await clew.ended()).toEqual({ code: 0, signal: null });
  expect(clew.stderr()).toBe('');
});

test('Ctrl-C ends the input, and what has come of it is shown', async () => {
  const clew = spawnClew(['logs', '--all']);
  clew.process.stdin.write(`${JSON.stringify(ORDERS[1])}\nthat was it\n`);
  await clew.written('that was it\n');

  clew.process.kill('SIGINT');

  expect(await clew.ended()).toEqual({ code: 0, signal: null });
  expect(clew.stdout().toString()).toContain('ERROR - declined');
});

test('a stdout that is no terminal gets no colours, whatever is on the lines', async () => {
  const colored = { ...ORDERS[1], level: '\u001B[31merror\u001B[39m', message: '\u001B[2J' };
  await using folder = await folderOf({ 'app.log': [colored] });

  const { stdout } = await runClew(['logs', 'app.log'], { cwd: folder.path });

  expect(stdout.toString()).toContain('ERROR app');
  expect(stdout.toString()).not.toContain('\u001B');
});

function pinoLine(fields: object): object {
  return { level: 30, pid: 1, hostname: 'web-1', name: 'gateway', ...fields };
}

/** A folder with files of lines: text as it is, objects as JSON. */
async function folderOf(files: Readonly<Record<string, readonly unknown[]>>) {
  const path = await mkdtemp(join(tmpdir(), 'clew-logs-'));
  for (const [name, lines] of Object.entries(files)) {
    const texts = lines.map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`);
    await writeFile(join(path, name), texts.join(''));
  }
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) };
}

test('names of files, and arguments, cannot steer the terminal', async () => {
  const name = 'a\u001B]0;pwned\u0007\u202E\u009B2J.log';

  const missing = await runClew(['logs', name]);
  const long = await runClew(['logs', 'x'.repeat(5000)]);
  const option = await runClew(['logs', `--${name}`]);

  expect(missing).toMatchObject({ code: 1, stderr: expect.stringContaining('clew: a.log: no such file\n') });
  expect(long.stderr.split('\n')[0]?.length).toBeLessThan(600);
  expect(option.code).toBe(2);
  for (const { stderr } of [missing, long, option]) expect(stderr).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}]/u);
});

test('--all shows no characters that steer the terminal, turn text around or cannot be seen', async () => {
  await using folder = await folderOf({ 'x.log': ['a\u202Eb\u200B\u0085\u001B]52;c;eA==\u0007c\td'] });

  const { stdout } = await runClew(['logs', '--all', 'x.log'], { cwd: folder.path });

  expect(stdout.toString()).toBe('abc\td\n');
});

test('a line with a million spaces in front of its object does not hang', async () => {
  await using folder = await folderOf({ 'x.log': [`${' '.repeat(1_000_000)}!{"trace_id":"${FINE}","msg":"x"}`] });

  const { stdout } = await runClew(['logs', 'x.log'], { cwd: folder.path });

  expect(stdout.toString()).toContain(FINE);
});

test('a trace of many services with long names has a heading no longer than a line of text may be', async () => {
  const level = 'e'.repeat(10_000);
  const lines = [{ trace_id: FINE, span_id: '5'.repeat(16), service: 's'.repeat(10_000), level, msg: 'x', time: NOON }];
  await using folder = await folderOf({ 'x.log': lines });

  const { stdout } = await runClew(['logs', 'x.log'], { cwd: folder.path });

  for (const line of stdout.toString().split('\n')) expect(line.length).toBeLessThan(200);
});
