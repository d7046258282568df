import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';

import { resourceFromAttributes } from '@opentelemetry/resources';
import type { ReadableLogRecord } from '@opentelemetry/sdk-logs';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { expect, test } from 'vitest';

import type { OtlpSettings, Signal } from '../sending/otlp-settings.ts';
import type { ThreadData } from '../../test/record-in-thread.ts';
import { spanWith } from '../../test/span-with.ts';

import { logFormat } from './encoding/log-format.ts';
import { timers } from '../otel/timers.ts';
import { createOutbox, type Outbox } from './outbox.ts';
import { jsonSpanFormat } from './encoding/json-span-format.ts';

const SLOT = 64 * 1024;

test('what is recorded of each signal reaches its own endpoint', async () => {
  await using backend = await startBackend();
  using outbox = openOutbox(8 * SLOT, backend.url);

  outbox.recordSpan('one');
  outbox.recordLog('hello');
  await outbox.flush();

  expect(backend.received().toSorted()).toEqual(['/v1/logs: hello', '/v1/traces: one']);
  expect(outbox.status('traces')).toMatchObject({ recorded: 1, sent: 1, queued: 0, queuedBytes: 0 });
  expect(outbox.status('logs')).toMatchObject({ recorded: 1, sent: 1, queued: 0, queuedBytes: 0 });
  expect(outbox.status('metrics')).toBeUndefined();
});

test('a full outbox drops what waited longest, of whatever signal it is', async () => {
  await using backend = await startBackend();
  using outbox = openOutbox(3 * SLOT, backend.url);

  outbox.recordLog('oldest', 40_000);
  for (const name of ['one', 'two', 'three']) outbox.recordSpan(name, 40_000);
  expect(outbox.status('logs')).toMatchObject({ recorded: 1, dropped: { 'the outbox is full': 1 }, queued: 0 });
  outbox.recordLog('youngest', 40_000);
  await outbox.flush();

  expect(outbox.status('traces')).toMatchObject({ recorded: 3, sent: 2, dropped: { 'the outbox is full': 1 } });
  expect(outbox.status('logs')).toMatchObject({ recorded: 2, sent: 1 });
  expect(backend.received().toSorted()).toEqual(['/v1/logs: youngest', '/v1/traces: two three']);
});

test('one record that is too large for the outbox costs no other one', async () => {
  await using backend = await startBackend();
  using outbox = openOutbox(2 * SLOT, backend.url);

  outbox.recordSpan('one');
  outbox.recordSpan('large', 3 * SLOT);
  outbox.recordSpan('other');
  await outbox.flush();

  expect(outbox.status('traces')).toMatchObject({ recorded: 3, sent: 2, dropped: { 'the outbox is full': 1 } });
  expect(backend.received()).toEqual(['/v1/traces: one other']);
});

test('what the backend does not take now waits, and is sent when it does', async () => {
  await using backend = await startBackend([503, 503, 200]);
  using outbox = openOutbox(8 * SLOT, backend.url);

  outbox.recordSpan('one');
  await outbox.flush();
  expect(outbox.status('traces')).toMatchObject({ sent: 0, queued: 1, dropped: {} });
  outbox.recordSpan('two');
  await outbox.end(timers.now() + 5000);

  expect(outbox.status('traces')).toMatchObject({ recorded: 2, sent: 2, queued: 0, dropped: {} });
  expect(backend.received()).toEqual(['/v1/traces: one', '/v1/traces: one two', '/v1/traces: one two']);
});

test('what the backend rejects of a request is counted as lost', async () => {
  await using backend = await startBackend([200], { partialSuccess: { rejectedSpans: '2', errorMessage: 'no' } });
  using outbox = openOutbox(8 * SLOT, backend.url);

  for (const name of ['one', 'two', 'three']) outbox.recordSpan(name);
  await outbox.flush();

  expect(outbox.status('traces')).toMatchObject({ recorded: 3, sent: 1, dropped: { 'the backend rejected them': 2 } });
});

test('what is given up is counted as lost and waits no more', async () => {
  await using backend = await startBackend();
  using outbox = openOutbox(8 * SLOT, backend.url);
  outbox.recordSpan('one');

  await outbox.close();
  await outbox.flush();

  expect(outbox.status('traces')).toMatchObject({ sent: 0, queued: 0, dropped: { 'the process ended': 1 } });
  expect(backend.received()).toEqual([]);
});

test('it prints its room and its signals', async () => {
  await using backend = await startBackend();
  using outbox = openOutbox(8 * SLOT, backend.url);

  expect(String(outbox)).toBe(`outbox(${8 * SLOT} bytes; traces, logs)`);
  expect(String(createOutbox(SLOT, () => ''))).toBe(`outbox(${SLOT} bytes; no signal)`);
});

test('what ended threads leave behind is sent, each with its own resource and scope', async () => {
  await using backend = await startBackend();
  using outbox = openOutbox(8 * SLOT, backend.url);
  outbox.recordSpan('main');

  const workerData: ThreadData = { names: ['worker', 'nested'], settings: settingsOf('traces', backend.url) };
  await once(new Worker(new URL('../../test/record-in-thread.ts', import.meta.url), { workerData }), 'exit');
  await outbox.flush();

  expect(outbox.status('traces')).toMatchObject({ recorded: 3, sent: 3 });
  expect(backend.resources()).toEqual([
    { thread: 'main', scopes: [{ name: 'shop', items: ['main'] }] },
    { thread: 'worker', scopes: [{ name: 'scope of worker', items: ['worker'] }] },
    { thread: 'nested', scopes: [{ name: 'scope of nested', items: ['nested'] }] },
  ]);
});

interface OpenOutbox extends Outbox, Disposable {
  /** A span, or a log record, of about so many bytes. */
  recordSpan(name: string, bytes?: number): void;
  recordLog(body: string, bytes?: number): void;
}

function openOutbox(maxBytes: number, url: string): OpenOutbox {
  const outbox = createOutbox(maxBytes, () =>
    fileURLToPath(new URL('../../dist/last-delivery-thread.cjs', import.meta.url)),
  );
  const resource = resourceFromAttributes({ thread: 'main' });
  const batch = { maxQueueSize: undefined, maxExportBatchSize: 512, scheduleDelayMillis: 60_000 };
  const settings = (signal: Signal) => settingsOf(signal, url);
  const recordSpan = outbox.open<ReadableSpan>({
    signal: 'traces',
    format: jsonSpanFormat(),
    settings: settings('traces'),
    resource,
    batch,
  });
  const recordLog = outbox.open<ReadableLogRecord>({
    signal: 'logs',
    format: logFormat('http/json'),
    settings: settings('logs'),
    resource,
    batch,
  });
  const padding = (bytes = 0) => ({ padding: 'x'.repeat(bytes) });
  return Object.assign(outbox, {
    recordSpan: (name: string, bytes?: number) => recordSpan(spanWith({ name, attributes: padding(bytes) })),
    recordLog(body: string, bytes?: number) {
      const { startTime: hrTime, instrumentationScope } = spanWith({});
      const rest = { hrTime, hrTimeObserved: hrTime, resource, instrumentationScope, droppedAttributesCount: 0 };
      recordLog({ ...rest, body, attributes: padding(bytes) });
    },
    [Symbol.dispose]: () => void outbox.close(),
  });
}

const settingsOf = (signal: Signal, url: string): OtlpSettings => ({
  url: `${url}/v1/${signal}`,
  protocol: 'http/json',
  headers: {},
  compression: 'none',
  timeoutMillis: 10_000,
  certificate: undefined,
  clientKey: undefined,
  clientCertificate: undefined,
});

interface ReceivedRequest {
  readonly path: string;
  readonly resources: readonly ReceivedResource[];
}

interface ReceivedResource {
  readonly thread: string;
  readonly scopes: readonly { readonly name: string; readonly items: readonly string[] }[];
}

/** A backend that takes requests in JSON. Answers with each status in turn, and then with the last one. */
async function startBackend(statuses: readonly number[] = [200], answer: object = {}) {
  const requests: ReceivedRequest[] = [];
  const server = createServer((request, response) => {
    void json(request).then((body) => {
      const status = statuses[requests.length] ?? statuses.at(-1) ?? 200;
      requests.push({ path: request.url ?? '', resources: resourcesIn(body) });
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const itemsIn = ({ resources }: ReceivedRequest) =>
    resources.flatMap(({ scopes }) => scopes).flatMap(({ items }) => items);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received: () => requests.map((request) => `${request.path}: ${itemsIn(request).join(' ')}`),
    resources: () => requests.flatMap(({ resources }) => resources),
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** As far as it is looked at here. Traces and logs have other names for the same. */
type Envelope = Readonly<Record<string, readonly JsonResource[]>>;

interface JsonResource {
  readonly resource: { readonly attributes: readonly [{ readonly value: { readonly stringValue: string } }] };
  readonly scopeSpans?: readonly JsonScope[];
  readonly scopeLogs?: readonly JsonScope[];
}

interface JsonScope {
  readonly scope: { readonly name: string };
  readonly spans?: readonly { readonly name: string }[];
  readonly logRecords?: readonly { readonly body: { readonly stringValue: string } }[];
}

function resourcesIn(request: unknown): ReceivedResource[] {
  return Object.values(request as Envelope).flatMap((resources) => resources.map(readResource));
}

function readResource({ resource, scopeSpans = [], scopeLogs = [] }: JsonResource): ReceivedResource {
  return {
    thread: resource.attributes[0].value.stringValue,
    scopes: [...scopeSpans, ...scopeLogs].map(({ scope, spans = [], logRecords = [] }) => ({
      name: scope.name,
      items: [...spans.map(({ name }) => name), ...logRecords.map(({ body }) => body.stringValue)],
    })),
  };
}
