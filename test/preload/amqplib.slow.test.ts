import { cpSync } from 'node:fs';
import { join } from 'node:path';

import { runApp, type RunAppOptions, type RunningApp } from '@clew/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { describeWith } from '../services/describe-with.ts';
import { startRabbitmq } from '../services/rabbitmq.ts';
import type { Service } from '../services/service.ts';
import { fixture } from '../support/fixture.ts';
import { ROOT } from '../support/workspace.ts';

/** Sends a message to itself; `connect` and `trace` are how they were loaded, `traced` is what is done with a channel. */
const SENDS_TO_ITSELF = `
  const run = async (traced = (channel) => channel) => {
    const connection = await connect(process.env.AMQP_URL);
    const channel = traced(await connection.createChannel());
    const { queue } = await channel.assertQueue(process.env.QUEUE, { autoDelete: true });
    const tracer = trace.getTracer('app');
    const handled = new Promise((resolve) => {
      channel.consume(queue, async (message) => {
        await new Promise(setImmediate);
        tracer.startActiveSpan('mail.send', (span) => span.end());
        channel.ack(message);
        resolve(message);
      });
    });
    tracer.startActiveSpan('order.place', (span) => {
      channel.sendToQueue(queue, Buffer.from('7'), Object.freeze({}));
      span.end();
    });
    const message = await handled;
    console.log(JSON.stringify(Object.keys(message.properties.headers)));
    await channel.close();
    await connection.close();
  };
`;
const REQUIRED = `const { connect } = require('amqplib'); const { trace } = require('@opentelemetry/api');`;
const TREE = `order.place
  publish orders
    process orders
      mail.send`;

describeWith(['RABBITMQ'], 'amqplib under the preload', () => {
  let service: Service;

  beforeAll(async () => {
    service = await startRabbitmq();
  });
  afterAll(() => service[Symbol.asyncDispose]());

  /** Runs a program to its end and returns the tree of its spans, with the name of the queue that it was given masked. */
  async function run(files: Readonly<Record<string, string>>, options: Partial<RunAppOptions> = {}) {
    using folder = fixture(files);
    if ('copy.cjs' in files)
      cpSync(join(ROOT, 'node_modules/amqplib'), join(folder.path, 'copy/node_modules/amqplib'), { recursive: true });
    const queue = `preload-${process.pid}-${Math.random()}`;
    const env = { AMQP_URL: service.url, QUEUE: queue, ...options.env };
    await using app: RunningApp = await runApp({ args: Object.keys(files), cwd: folder.path, ...options, env });
    const exit = await app.exited;
    return { exit, stdout: app.stdout, stderr: app.stderr, tree: app.tree().replaceAll(queue, 'orders').trim() };
  }

  test.each([
    ['imported', 'app.mjs', `import { connect } from 'amqplib'; import { trace } from '@opentelemetry/api';`],
    [
      'imported as default',
      'app.mjs',
      `import amqp from 'amqplib'; const { connect } = amqp; import { trace } from '@opentelemetry/api';`,
    ],
    ['required', 'app.cjs', REQUIRED],
  ])('%s, a message and its handler are one trace', async (_, name, load) => {
    expect(await run({ [name]: `${load}${SENDS_TO_ITSELF} run();` })).toEqual({
      exit: { code: 0, signal: null },
      stdout: '["traceparent"]\n',
      stderr: '',
      tree: TREE,
    });
  });

  test('the callback API is traced like that of promises', async () => {
    const callbacks = `const { promisify } = require('node:util');
      const api = require('amqplib/callback_api'); const { trace } = require('@opentelemetry/api');
      const P = (object, name) => promisify(object[name]).bind(object);
      const connect = async (url) => {
        const connection = await P(api, 'connect')(url);
        return {
          close: P(connection, 'close'),
          createChannel: async () => {
            const channel = await P(connection, 'createChannel')();
            const { assertQueue, close } = channel;
            return Object.assign(channel, { assertQueue: promisify(assertQueue), close: promisify(close) });
          },
        };
      };`;

    expect(await run({ 'app.cjs': `${callbacks}${SENDS_TO_ITSELF} run();` })).toMatchObject({ stderr: '', tree: TREE });
  });

  test('two copies of the client are traced', async () => {
    const load = `const { connect } = require('./copy/node_modules/amqplib'); require('amqplib');`;
    const { stderr, tree } = await run({
      'copy.cjs': `${load} const { trace } = require('@opentelemetry/api'); ${SENDS_TO_ITSELF} run();`,
    });

    expect({ stderr, tree }).toEqual({ stderr: '', tree: TREE });
  });

  test('a channel that the application traces itself is traced once', async () => {
    const { tree } = await run({
      'app.cjs': `${REQUIRED}${SENDS_TO_ITSELF} run(require('@clew/queues/amqplib').tracedChannel);`,
    });

    expect(tree).toBe(TREE);
  });

  test('switched off, it leaves messages and options alone', async () => {
    const { stdout, tree } = await run(
      { 'app.cjs': `${REQUIRED}${SENDS_TO_ITSELF} run();` },
      { env: { OTEL_NODE_DISABLED_INSTRUMENTATIONS: 'amqplib' } },
    );

    expect({ stdout, tree }).toEqual({ stdout: '[]\n', tree: 'order.place\nmail.send' });
  });

  test('where another instrumentation traces it, it steps aside and says so', async () => {
    const { stderr, tree } = await run({
      'app.cjs': `const { AmqplibInstrumentation } = require('@opentelemetry/instrumentation-amqplib');
        new AmqplibInstrumentation();
        ${REQUIRED}${SENDS_TO_ITSELF.replace('Object.freeze({})', '{}')} run();`,
    });

    expect(tree).toBe(`order.place\n  publish <default>\n    orders process\n      mail.send`);
    expect(stderr).toBe('clew: another instrumentation traces amqplib; @clew/queues leaves it alone\n');
  });

  test('nothing of queues is loaded before the client is', async () => {
    using hook = fixture({
      'hook.mjs': `
        import { registerHooks } from 'node:module';
        const urls = (globalThis.urls = []);
        registerHooks({ load: (url, context, next) => (urls.push(url), next(url, context)) });`,
    });
    const { stdout } = await run(
      {
        'app.cjs': `
          const loaded = () => urls.filter((url) => url.endsWith('/instrumentations/amqplib.cjs')).length;
          const before = loaded();
          require('amqplib');
          console.log(before, loaded() > 0);`,
      },
      { env: { NODE_OPTIONS: `--import ${hook.path}/hook.mjs` } },
    );

    expect(stdout).toBe('0 true\n');
  });
});
