import { runApp } from '@clew/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { describeWith } from '../services/describe-with.ts';
import { startNats } from '../services/nats.ts';
import type { Service } from '../services/service.ts';
import { fixture } from '../support/fixture.ts';
import { NOTES_QUEUES } from './notes-queues.ts';

const IMPORTS = {
  'app.mjs': `
import { connect, headers } from '@nats-io/transport-node';
import { jetstream, AckPolicy } from '@nats-io/jetstream';
import { trace, context } from '@opentelemetry/api';`,
  'app.cjs': `
const { connect, headers } = require('@nats-io/transport-node');
const { jetstream, AckPolicy } = require('@nats-io/jetstream');
const { trace, context } = require('@opentelemetry/api');`,
};

const PROGRAM = `
const tracer = trace.getTracer('app');
const inSpan = (name, work) => tracer.startActiveSpan(name, async (span) => {
  try { return await work(); } finally { span.end(); }
});
(async () => {
  const connection = await connect({ servers: process.env.NATS_URL });
  const js = jetstream(connection);
  const manager = await js.jetstreamManager();
  await manager.streams.add({ name: 'orders', subjects: ['orders.*'] });
  await manager.consumers.add('orders', { durable_name: 'mailer', ack_policy: AckPolicy.Explicit });
  connection.subscribe('price', { callback: async (error, message) => {
    await inSpan('look up', async () => {});
    message.respond('42');
  } });
  const consumer = await js.consumers.get('orders', 'mailer');
  await inSpan('checkout', async () => {
    const reply = await connection.request('price', '7');
    await js.publish('orders.paid', reply.string());
  });
  const messages = await consumer.consume({ callback: async (message) => {
    await null;
    await inSpan('mail', async () => {});
    message.ack();
    console.log('mailed ' + message.string());
    setImmediate(async () => { await messages.close(); await connection.drain(); });
  } });
})();
`;

describeWith(['NATS'], 'under the preload', () => {
  let server: Service;

  beforeAll(async () => void (server = await startNats()));
  afterAll(async () => server[Symbol.asyncDispose]());

  test.each(Object.entries(IMPORTS))(
    '%s makes one trace of what it asks, publishes and handles',
    async (file, imports) => {
      await using own = await startNats();
      using folder = fixture({ [file]: imports + PROGRAM });
      await using app = await runApp({ args: [file], cwd: folder.path, env: { NATS_URL: own.url } });

      const exit = await app.exited;

      expect([app.stderr, app.stdout, exit.code]).toEqual(['', 'mailed 42\n', 0]);
      expect(app.tree().replaceAll(/127\.0\.0\.1:\d+/g, 'SERVER')).toBe(
        `
checkout
  request price
    process price
      look up
      respond SERVER
  publish orders.paid
    process orders.paid
      mail`.trimStart(),
      );
    },
  );

  test('a `for await` loop has the context of its messages active from the second one on, and never the caller', async () => {
    using folder = fixture({
      'app.mjs': `${IMPORTS['app.mjs']}
        const connection = await connect({ servers: process.env.NATS_URL });
        const subscription = connection.subscribe('orders', { max: 3 });
        const names = [];
        const where = () => names.push(trace.getActiveSpan()?.name ?? 'none');
        const running = (async () => {
          for await (const message of subscription) {
            await message.respond();
            where();
          }
          where();
        })();
        where();
        for (const order of ['1', '2', '3']) connection.publish('orders', order);
        await running;
        where();
        console.log(names.join());
        await connection.drain();`,
    });
    await using app = await runApp({ args: ['app.mjs'], cwd: folder.path, env: { NATS_URL: server.url } });

    await app.exited;

    expect([app.stderr, app.stdout]).toEqual(['', 'none,none,process orders,process orders,none,none\n']);
    expect(app.tree()).toBe(Array.from({ length: 3 }, () => 'publish orders\n  process orders').join('\n'));
  });

  test.each([
    ['is loaded with its client', '', 'true', 'publish orders'],
    ['is not loaded where it is turned off by its name', 'nats', 'false', ''],
  ])('the instrumentation %s', async (_, disabled, isLoaded, tree) => {
    using folder = fixture({
      'app.cjs': `${NOTES_QUEUES}
        console.log(queuesLoaded.length > 0);
        ${IMPORTS['app.cjs']}
        connect({ servers: process.env.NATS_URL }).then(async (connection) => {
          connection.publish('orders', '7');
          await connection.drain();
          console.log(queuesLoaded.length > 0);
        });`,
    });
    const env = { NATS_URL: server.url, OTEL_NODE_DISABLED_INSTRUMENTATIONS: disabled };
    await using app = await runApp({ args: ['app.cjs'], cwd: folder.path, env });

    await app.exited;

    expect([app.stderr, app.stdout, app.tree()]).toEqual(['', `false\n${isLoaded}\n`, tree]);
  });

  test('a connection that the application traces itself is not traced twice, and its options hold', async () => {
    using folder = fixture({
      'app.mjs': `${IMPORTS['app.mjs']}
        import { tracedNats, forEachMessage } from '@clew/queues/nats';
        const connection = tracedNats(await connect({ servers: process.env.NATS_URL }), { headers, relation: 'link' });
        const subscription = connection.subscribe('orders', { max: 1 });
        connection.publish('orders', '7');
        await forEachMessage(subscription, async () => console.log(trace.getActiveSpan() !== undefined));
        await connection.drain();`,
    });
    await using app = await runApp({ args: ['app.mjs'], cwd: folder.path, env: { NATS_URL: server.url } });

    await app.exited;

    expect([app.stderr, app.stdout]).toEqual(['', 'true\n']);
    expect(app.tree()).toBe('publish orders\nprocess orders');
  });
});
