import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import { startViewer } from '@clew/viewer';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { requestLine, type SpanOf } from '../../test/record-traces.ts';
import { runClew, spawnClew } from '../../test/spawn-clew.ts';

let folder = '';
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'clew-view-'))));
afterAll(() => rm(folder, { recursive: true }));

test('the traces of several files are printed to stdout, the earliest first, and those of one id are one', async () => {
  await save('a.jsonl', [
    requestLine('gateway', [span('2', 'GET /late', { start: 500, end: 510 })]),
    requestLine('gateway', [span('1', 'GET /early', { start: 100, end: 110 })]),
  ]);
  await save('b.jsonl', [requestLine('orders', [{ ...span('1', 'GET /stock', { start: 101, end: 105 }), ...CHILD }])]);

  const { code, stdout, stderr } = await view('a.jsonl', 'b.jsonl');

  expect(code).toBe(0);
  expect(stdout.toString()).toMatch(/^● GET \/early .*2 spans {2}gateway → orders.*\n● GET \/late .*1 span .*\n$/);
  expect(stderr).toBe('clew  2 traces, slowest 10.0ms\n');
});

test('log records of the Collector stand below their span, and metrics are counted', async () => {
  const traceId = '1'.repeat(32);
  const logRecords = [{ traceId, spanId: '1'.repeat(16), severityText: 'WARN', body: { stringValue: 'stock is low' } }];
  await save('c.jsonl', [
    requestLine('gateway', [span('1', 'GET /', {})]),
    JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords }] }] }),
    JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords: [{ body: { stringValue: 'of no trace' } }] }] }] }),
    JSON.stringify({ resourceMetrics: [] }),
  ]);

  const { stdout, stderr } = await view('--show', 'all', 'c.jsonl');

  expect(stdout.toString()).toContain('\n  ↳ log WARN stock is low\n');
  expect(stderr).toBe(
    'clew: c.jsonl: left out 1 line of metrics\nclew  1 trace, slowest 5.0ms\nclew  left out 1 log line without a trace\n',
  );
});

test('lines that are not OTLP/JSON are counted with the number of the first, and a line that was cut off is told', async () => {
  const line = requestLine('gateway', [span('1', 'GET /', {})]).trimEnd();
  await writeFile(join(folder, 'bad.jsonl'), `${line}\nnope\n{"a":1}\n${line.slice(0, 50)}`);

  const { code, stdout, stderr } = await view('bad.jsonl');

  expect(code).toBe(0);
  expect(stdout.toString()).toContain('● GET /');
  expect(stderr).toContain('clew: bad.jsonl: the last line is cut off; left out\n');
  expect(stderr).toMatch(/clew: bad\.jsonl: left out 2 lines that are not OTLP\/JSON; line 2 is not valid JSON: .*\n/);
});

test('a compressed file and stdin are read', async () => {
  const lines = requestLine('gateway', [span('1', 'GET /zipped', {})]);
  await writeFile(join(folder, 'run.jsonl.gz'), gzipSync(lines));
  const clew = spawnClew(['view', '-']);
  clew.process.stdin.end(lines);

  const { stdout } = await view('run.jsonl.gz');
  await clew.ended();

  expect(stdout.toString()).toContain('● GET /zipped');
  expect(clew.stdout().toString()).toBe(stdout.toString());
});

test('a file that is not there is named, and the others are shown', async () => {
  await save('here.jsonl', [requestLine('gateway', [span('1', 'GET /here', {})])]);

  const { code, stdout, stderr } = await view('gone.jsonl', 'here.jsonl', '.');

  expect(code).toBe(1);
  expect(stdout.toString()).toContain('● GET /here');
  expect(stderr).toMatch(/^clew: gone\.jsonl: no such file\nclew: \.: is a directory\nclew {2}1 trace/);
});

test('a file in which nothing is OTLP/JSON says what was expected', async () => {
  await save('text.txt', ['hello']);

  const { code, stderr } = await view('text.txt');

  expect(code).toBe(1);
  expect(stderr).toContain('clew: text.txt: has no traces in OTLP/JSON; expected an ExportTraceServiceRequest');
  expect(stderr).toMatch(/\nclew {2}no traces\n$/);
});

test('traces beyond what the viewer holds are counted, and the latest are there', async () => {
  const count = 100_500;
  const spans = (from: number) =>
    Array.from({ length: 500 }, (_, i): SpanOf => {
      const id = (from + i + 1).toString(16);
      return {
        traceId: id.padStart(32, '0'),
        spanId: id.padStart(16, '0'),
        name: `n${from + i}`,
        start: from + i,
        end: from + i + 1,
      };
    });
  const lines = Array.from({ length: count / 500 }, (_, i) => requestLine('shop', spans(i * 500)));
  await save('huge.jsonl', lines);

  const { code, stdout, stderr } = await view('huge.jsonl');

  const printed = stdout.toString().trimEnd().split('\n');
  expect(code).toBe(0);
  expect(printed[0]).toMatch(/^● n500 /);
  expect(printed).toHaveLength(100_000);
  expect(stderr).toBe(
    'clew  100000 traces, slowest 1.0ms\nclew  left out 500 traces with 500 spans, for which there is no room in memory\n',
  );
}, 60_000);

test('with --serve the viewer stays until Ctrl-C, on the next port where another viewer has the first', async () => {
  await using other = await startViewer({ port: 0 });
  await save('served.jsonl', [requestLine('gateway', [span('1', 'GET /served', {})])]);
  const clew = spawnClew(['view', '--serve', '--port', String(other.port), 'served.jsonl'], { cwd: folder });

  await clew.written('until Ctrl-C');
  const [, url] = /page on (\S+), until/.exec(clew.stderr()) ?? [];
  const health = (await (await fetch(`${url}/healthz`)).json()) as { readonly spans: number };
  clew.process.kill('SIGINT');

  expect(await clew.ended()).toEqual({ code: 0, signal: null });
  expect(health.spans).toBe(1);
  expect(clew.stderr()).toMatch(/^clew {2}1 trace, .*\nclew {2}port \d+ is taken by Clew viewer \S+\nclew {2}page on /);
});

test('when the reader of stdout goes away, it ends', async () => {
  await save(
    'many.jsonl',
    Array.from({ length: 3000 }, (_, i) => requestLine('shop', [span((i + 1).toString(16), `n${i}`, {})])),
  );
  const clew = spawnClew(['view', 'many.jsonl'], { cwd: folder });
  await clew.written('● n0');

  clew.process.stdout.destroy();

  expect(await clew.ended()).toEqual({ code: 0, signal: null });
});

test('--save with files is wrong usage', async () => {
  const { code, stderr } = await view('--save', 'out.jsonl', 'a.jsonl');

  expect(code).toBe(2);
  expect(stderr).toContain('clew: --save is for telemetry that is received, and not for files');
});

test('what a live viewer receives is saved, log lines and all', async () => {
  const clew = spawnClew(['view', '--port', '0', '--save', 'live.jsonl'], { cwd: folder });
  await clew.written('OTEL_EXPORTER_OTLP_ENDPOINT=');
  const [, url] = /page on (\S+)/.exec(clew.stdout().toString()) ?? [];

  const body = requestLine('gateway', [span('1', 'GET /live', {})]);
  await fetch(`${url}/v1/traces`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  clew.process.kill('SIGINT');
  await clew.ended();

  expect(await readFile(join(folder, 'live.jsonl'), 'utf8')).toContain('GET /live');
  expect(clew.stdout().toString()).toMatch(/\nclew {2}saved in live\.jsonl; clew view live\.jsonl shows it again\n$/);
});

const CHILD = { spanId: 'c'.repeat(16), parentSpanId: '1'.repeat(16), kind: 1 };

function span(
  id: string,
  name: string,
  { start = 0, end = 5 }: { readonly start?: number; readonly end?: number },
): SpanOf {
  return { traceId: id.padStart(32, id), spanId: id.padStart(16, id), name, kind: 2, start, end };
}

function save(name: string, lines: readonly string[]): Promise<void> {
  return writeFile(join(folder, name), lines.map((line) => `${line.trimEnd()}\n`).join(''));
}

function view(...args: string[]) {
  return runClew(['view', ...args], { cwd: folder });
}
