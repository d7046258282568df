// Brokers that fail, and workers that live through it twice at the same time: bare, and under the preload.
import { fileURLToPath } from 'node:url';

import { runApp, type AppExit, type RunningApp } from '@clew/testing';
import { beforeAll, describe, expect, test } from 'vitest';

import { serviceVariable } from '../../scripts/tools.mjs';
import { describeWith } from '../services/describe-with.ts';
import type { Service } from '../services/service.ts';
import { onceForBoth, startFaultControl } from './fault-control.ts';
import { FAULTY_CLIENTS, type FaultyClient } from './faulty-clients.ts';

const PATIENCE_MILLIS = 120_000;
const WORKER = fileURLToPath(new URL('fixtures/faults/run.mjs', import.meta.url));
/** Messages that wait when the bare worker starts. */
const SMALL_BACKLOG = 1000;
/** Less than half of what the spans of the backlog would take if they were kept. In bytes. */
const MAX_GROWTH = 8e6;
/** Which error is made by which file depends on the moment, but for these. */
const OURS = /^(?:Type|Reference|Syntax|Assertion)Error|\/packages\/[\w-]+\/(?:dist|src)\//;

interface Run {
  readonly exit: AppExit;
  readonly stderr: string;
  /** What the worker told, by phase. */
  readonly told: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly spans: ReturnType<RunningApp['spans']>;
}

describe.each(FAULTY_CLIENTS)('$client', (client) => {
  describeWith([client.service], 'while its broker fails', () => {
    const isGiven = Boolean(process.env[serviceVariable(client.service)]); // one that is not ours is not restarted
    let bare: Run;
    let traced: Run;

    beforeAll(async () => {
      if (!isGiven) [bare, traced] = await runBoth(client);
    }, PATIENCE_MILLIS);

    const spansOf = (phase: string) =>
      traced.spans
        .filter(({ name }) => name === `process traced-${phase}`)
        .toSorted((a, b) => Number(a.startTimeUnixNano - b.startTimeUnixNano));
    const firstSenderOf = (phase: string) =>
      traced.spans.find(({ name, kind }) => kind === PRODUCER && name.includes(`traced-${phase}`));

    test.skipIf(isGiven)('the application sees what it sees without us', () => {
      expect(results(traced)).toEqual(results(bare));
      expect(bare).toMatchObject({ exit: { code: 0, signal: null }, stderr: '' });
      expect(traced.told).toMatchObject({ backlog: { isOnce: true } });
    });

    test.skipIf(isGiven)('no error that it is told is made by us, or is a mistake in a program', () => {
      const errors = traced.told['errors']?.['errors'] as readonly string[];

      expect(errors.filter((error) => OURS.test(error))).toEqual([]);
    });

    test.skipIf(isGiven)('every span has ended, and each call of a handler has one', () => {
      const handled = traced.spans.filter(({ kind, scope }) => kind === CONSUMER && scope.name === '@clew/queues');

      expect(traced.spans.filter(({ attributes }) => attributes['clew.incomplete'] !== undefined)).toEqual([]);
      if (client.handlesBatches !== true) expect(handled).toHaveLength(Number(traced.told['calls']?.['calls']));
    });

    test.skipIf(isGiven)('a backlog leaves nothing of ours in memory', () => {
      const growth = ({ told }: Run) => Number(told['heap']?.['growth']);

      expect(growth(traced) - growth(bare)).toBeLessThan(MAX_GROWTH);
    });

    test.skipIf(isGiven)('poison is told on its span, and nothing of it on those around', () => {
      const spans = spansOf('poison');

      const states = spans.map(({ attributes }) => attributes['clew.messaging.context']);
      expect(states).toHaveLength(3);
      expect(states.filter((state) => state !== undefined)).toEqual(['invalid']);
      expect(spans.map(({ status }) => status.code)).toEqual([0, 0, 0]);
    });

    test.skipIf(isGiven)('a message that comes again is handled in the trace of its sender, and tells so', () => {
      const sender = firstSenderOf('again');
      const deliveries = spansOf('again').filter(({ traceId }) => traceId === sender?.traceId);

      expect(deliveries.map(({ attributes }) => attributes)).toMatchObject(client.again);
      expect(deliveries[0]?.attributes).not.toHaveProperty('clew.messaging.redelivered');
      for (const { parentSpanId, links } of deliveries) {
        expect([parentSpanId, links.map(({ spanId }) => spanId)]).toEqual([sender?.spanId, [sender?.spanId]]);
      }
    });

    test.skipIf(isGiven || client.dead === undefined)('a message that comes by a dead-letter queue tells so', () => {
      const [span] = spansOf('dead-dead');

      expect(traced.told).toMatchObject({ dead: { id: 2 } });
      expect(span?.attributes).toMatchObject(client.dead?.attributes ?? {});
      expect([span?.parentSpanId !== undefined, span?.links.length]).toEqual([client.dead?.isChild, 1]);
    });
  });
});

const PRODUCER = 4;
const CONSUMER = 5;

async function runBoth(client: FaultyClient): Promise<[bare: Run, traced: Run]> {
  await using service = await client.start();
  const shared = {
    wait: onceForBoth(() => Promise.resolve()),
    restart: onceForBoth(() => service.restart()),
  };
  return await Promise.all([run(client, service, shared, false), run(client, service, shared, true)]);
}

async function run(
  { client, backlog = 10_000, restarts = true }: FaultyClient,
  service: Service,
  shared: Readonly<Record<string, () => unknown>>,
  preload: boolean,
): Promise<Run> {
  await using control = await startFaultControl(service, shared);
  await using app = await runApp({
    // kafkajs waits for times that are over.
    args: ['--expose-gc', '--disable-warning=TimeoutNegativeWarning', WORKER, client],
    preload,
    timeoutMillis: PATIENCE_MILLIS - 20_000,
    env: {
      SERVER: control.url,
      DIRECT: service.url,
      FAULTS: String(control.port),
      QUEUE: preload ? 'traced' : 'bare',
      BACKLOG: String(preload ? backlog : SMALL_BACKLOG),
      RESTARTS: String(restarts),
      KAFKAJS_NO_PARTITIONER_WARNING: '1',
    },
  });
  const exit = await app.exited;
  return { exit, stderr: app.stderr, told: toldIn(app.stdout), spans: app.spans() };
}

function toldIn(stdout: string): Run['told'] {
  const lines = stdout.split('\n').filter((line) => line !== '');
  return Object.fromEntries(
    lines.map((line) => {
      const { phase, ...told } = JSON.parse(line) as { readonly phase: string };
      return [phase, told];
    }),
  );
}

/** What does not depend on the moment. */
function results({ exit, stderr, told: { heap: _heap, calls: _calls, errors: _errors, ...told } }: Run) {
  return { exit, stderr, told };
}
