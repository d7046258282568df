import { runApp, type RunningApp } from '@clew/testing';
import type { SpanRecord } from '@clew/viewer';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { openConnection, type RawRequest } from './raw-connection.ts';

const CONNECTIONS = 250;
const PIPELINED = 4;
const AT_ONCE = CONNECTIONS * PIPELINED;
/** On each connection comes one more when the first ones are answered, and on each fifth one that the client gives up. */
const ABANDONED = CONNECTIONS / 5;
const IN_ALL = AT_ONCE + CONNECTIONS + ABANDONED;

/** Any will do; set it to the seed that a failure names. */
const SEED = Number(process.env['CLEW_TEST_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const TIMEOUT_MILLIS = 120_000;

interface Answer {
  readonly number: number;
  readonly traceId: string;
  /** Of the spans that the handler made. */
  readonly names: readonly string[];
}

interface Report {
  readonly own: number;
  readonly outside: number;
  readonly wrong: number;
  readonly told: readonly string[];
}

describe.each(['app.cjs', 'app.mjs', 'in-worker.mjs'])(`%s, 1,000 requests at once, seed ${SEED}`, (file) => {
  let app: RunningApp;
  let answers: Answer[];
  let report: Report;

  beforeAll(async () => {
    app = await runApp({
      args: [file, String(AT_ONCE), String(IN_ALL), String(SEED)],
      cwd: new URL('fixtures/', import.meta.url),
      env: { OTEL_METRICS_EXPORTER: 'none', OTEL_LOGS_EXPORTER: 'none' },
      timeoutMillis: TIMEOUT_MILLIS,
    });
    const [, port] = await app.untilStdout(/listening (\d+)/);
    answers = await askAll(Number(port));
    const [, json = ''] = await app.untilStdout(/report (.*)\n/);
    report = JSON.parse(json) as Report;
    await app.exited;
  }, TIMEOUT_MILLIS);

  afterAll(() => app[Symbol.asyncDispose]());

  test('the span of the request is active wherever its code runs, and none where the code is nobody’s', async () => {
    expect(report.told).toEqual([]);
    expect(report.wrong).toBe(0);
    expect(report.own).toBeGreaterThan(20 * IN_ALL);
    expect(report.outside).toBeGreaterThan(IN_ALL);
    expect(app.stderr).toBe('');
    expect(await app.exited).toEqual({ code: 0, signal: null });
  });

  test('each request has a trace of its own, or the one that its caller names', () => {
    const traceIds = new Set(answers.map(({ traceId }) => traceId));
    const continued = answers.filter(({ number }) => isContinued(number));

    expect(answers.map(({ number }) => number).toSorted((a, b) => a - b)).toEqual(countTo(AT_ONCE + CONNECTIONS));
    expect(traceIds.size).toBe(answers.length);
    expect(continued.map(({ traceId }) => traceId)).toEqual(continued.map(({ number }) => traceIdOf(number)));
  });

  test('each trace holds the spans of its request and no other, below those that were active', () => {
    const traces = app.viewer.store.traces();
    const spansOf = new Map(traces.map(({ traceId, spans }) => [traceId, spans]));
    const faults = answers.flatMap((answer) => faultsOf(answer, spansOf.get(answer.traceId) ?? []));

    expect(faults).toEqual([]);
    expect(traces).toHaveLength(IN_ALL);
  });
});

async function askAll(port: number): Promise<Answer[]> {
  const answers = await Promise.all(
    countTo(CONNECTIONS).map(async (index) => {
      const connection = await openConnection(port);
      const first = countTo(PIPELINED).map((offset) => requestOf(index * PIPELINED + offset));
      const texts = await connection.pipeline(first);
      texts.push(await connection.expectContinue(bodyLater(AT_ONCE + index)));
      if (index % 5 === 0) await connection.abandon(requestOf(AT_ONCE + CONNECTIONS + index, '/abandoned'));
      else await (index % 5 === 1 ? connection.offend() : connection.end());
      return texts;
    }),
  );
  return answers.flat().map((text) => JSON.parse(text) as Answer);
}

/** Every second one has a body. */
function requestOf(number: number, path = `/${number}`): RawRequest {
  const body = number % 2 === 0 ? '' : 'a body';
  return { head: headOf(number, path, body, ''), body };
}

function bodyLater(number: number): Required<RawRequest> {
  const body = 'a body that comes later';
  return { head: headOf(number, `/${number}`, body, 'expect: 100-continue\r\n'), body };
}

function headOf(number: number, path: string, body: string, more: string): string {
  const traceparent = isContinued(number) ? `traceparent: 00-${traceIdOf(number)}-${'b'.repeat(16)}-01\r\n` : '';
  const method = body === '' ? 'GET' : 'POST';
  const length = body === '' ? '' : `content-length: ${body.length}\r\n`;
  return `${method} ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\nx-number: ${number}\r\n${traceparent}${length}${more}\r\n`;
}

function isContinued(number: number): boolean {
  return number % 3 !== 0;
}

function traceIdOf(number: number): string {
  return `a${number.toString(16).padStart(31, '0')}`;
}

function countTo(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}

/** Differences between the spans of a trace and those of one request, in words. */
function faultsOf({ number, names }: Answer, spans: readonly SpanRecord[]): string[] {
  const ids = new Set(spans.map(({ spanId }) => spanId));
  const made = spans.filter(({ attributes }) => attributes['app.number'] !== undefined);
  const entries = spans.filter(({ attributes }) => attributes['url.path'] === `/${number}`);
  const parent = isContinued(number) ? 'b'.repeat(16) : undefined;
  const faults: (string | false | undefined)[] = [
    made
      .map(({ name }) => name)
      .toSorted()
      .join() !== names.toSorted().join() && 'other spans than were made',
    entries.length !== 1 && `${entries.length} spans of the server`,
    entries.some(({ parentSpanId }) => parentSpanId !== parent) && 'another parent of the span of the server',
    ...made.map(({ name, attributes }) => attributes['app.number'] !== String(number) && `${name} of another`),
    ...made.map((span) => span.attributes['app.parent'] !== span.parentSpanId && `another parent of ${span.name}`),
    ...spans.map((span) => !entries.includes(span) && !ids.has(span.parentSpanId ?? '') && `no parent of ${span.name}`),
  ];
  return faults.filter((fault) => typeof fault === 'string').map((fault) => `request ${number}: ${fault}`);
}
