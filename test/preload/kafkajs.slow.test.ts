import { cpSync } from 'node:fs';
import { join } from 'node:path';

import { runApp } from '@clew/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { describeWith } from '../services/describe-with.ts';
import { startKafka } from '../services/kafka.ts';
import type { Service } from '../services/service.ts';
import { fixture } from '../support/fixture.ts';
import { ROOT } from '../support/workspace.ts';

/** Sends a message to itself; `Kafka` and `trace` are how they were loaded. */
const SENDS_TO_ITSELF = `
  const run = async ({ Client = Kafka, ofProducer = (one) => one, ofConsumer = (one) => one } = {}) => {
    const topic = process.env.TOPIC;
    const kafka = new Client({ clientId: 'app', brokers: [process.env.BROKER], logLevel: 0, retry: { initialRetryTime: 50, retries: 20 } });
    const admin = kafka.admin();
    await admin.connect();
    await admin.createTopics({ topics: [{ topic }] });
    await admin.disconnect();
    const producer = ofProducer(kafka.producer());
    const consumer = ofConsumer(kafka.consumer({ groupId: topic, maxWaitTimeInMs: 50 }));
    await Promise.all([producer.connect(), consumer.connect()]);
    await consumer.subscribe({ topics: [topic], fromBeginning: true });
    const tracer = trace.getTracer('app');
    await tracer.startActiveSpan('order.place', async (span) => {
      await producer.send({ topic, messages: [{ value: '7' }] });
      span.end();
    });
    const message = await new Promise((resolve) => {
      consumer.run({
        eachMessage: async ({ message }) => {
          await new Promise(setImmediate);
          tracer.startActiveSpan('mail.send', (span) => span.end());
          setImmediate(resolve, message);
        },
      });
    });
    console.log(JSON.stringify(Object.keys(message.headers)));
    await Promise.all([producer.disconnect(), consumer.disconnect()]);
  };
`;
const REQUIRED = `const { Kafka } = require('kafkajs'); const { trace } = require('@opentelemetry/api');`;
const TREE = `order.place
  send orders
    process orders
      mail.send`;

describeWith(['KAFKA'], 'kafkajs under the preload', () => {
  let service: Service;

  beforeAll(async () => {
    service = await startKafka();
  });
  afterAll(() => service[Symbol.asyncDispose]());

  interface App {
    readonly files: Readonly<Record<string, string>>;
    readonly env?: NodeJS.ProcessEnv;
    /** Copies the client to a second place. */
    readonly hasCopy?: boolean;
  }

  /** Runs a program to its end and returns the tree of its spans, with the name of its topic masked. */
  async function run({ files, env = {}, hasCopy = false }: App) {
    using folder = fixture(files);
    const copy = join(folder.path, 'copy/node_modules/kafkajs');
    if (hasCopy) cpSync(join(ROOT, 'node_modules/kafkajs'), copy, { recursive: true });
    const topic = `preload-${process.pid}-${Math.random()}`;
    await using app = await runApp({
      args: ['--disable-warning=TimeoutNegativeWarning', ...Object.keys(files)],
      cwd: folder.path,
      env: { BROKER: new URL(service.url).host, TOPIC: topic, KAFKAJS_NO_PARTITIONER_WARNING: '1', ...env },
    });
    const exit = await app.exited;
    return { exit, stdout: app.stdout, stderr: app.stderr, tree: app.tree().replaceAll(topic, 'orders').trim() };
  }

  test.each([
    ['imported', 'app.mjs', `import { Kafka } from 'kafkajs'; import { trace } from '@opentelemetry/api';`],
    [
      'imported as default',
      'app.mjs',
      `import kafkajs from 'kafkajs'; const { Kafka } = kafkajs; import { trace } from '@opentelemetry/api';`,
    ],
    ['required', 'app.cjs', REQUIRED],
  ])('%s, a message and its handler are one trace', async (_, name, load) => {
    expect(await run({ files: { [name]: `${load}${SENDS_TO_ITSELF} run();` } })).toEqual({
      exit: { code: 0, signal: null },
      stdout: '["traceparent"]\n',
      stderr: '',
      tree: TREE,
    });
  });

  test('a subclass of the client, and a second copy of it, are traced', async () => {
    const load = `require('kafkajs'); const { Kafka } = require('./copy/node_modules/kafkajs');`;
    const { stderr, tree } = await run({
      files: {
        'app.cjs': `${load} const { trace } = require('@opentelemetry/api'); ${SENDS_TO_ITSELF}
          run({ Client: class Shop extends Kafka { producer(...args) { return super.producer(...args); } } });`,
      },
      hasCopy: true,
    });

    expect({ stderr, tree }).toEqual({ stderr: '', tree: TREE });
  });

  test('clients that the application traces itself are traced once', async () => {
    const { tree } = await run({
      files: {
        'app.cjs': `${REQUIRED}${SENDS_TO_ITSELF} const own = require('@clew/queues/kafkajs');
          run({ ofProducer: own.tracedProducer, ofConsumer: own.tracedConsumer });`,
      },
    });

    expect(tree).toBe(TREE);
  });

  test('switched off, it leaves messages alone', async () => {
    const { stdout, tree } = await run({
      files: { 'app.cjs': `${REQUIRED}${SENDS_TO_ITSELF} run();` },
      env: { OTEL_NODE_DISABLED_INSTRUMENTATIONS: 'kafkajs' },
    });

    expect({ stdout, tree }).toEqual({ stdout: '[]\n', tree: 'order.place\nmail.send' });
  });

  test.each([
    [
      'before',
      (load: string, other: string) => `${other}${load}`,
      /^clew: another instrumentation traces kafkajs; .*\n$/,
    ],
    ['after', (load: string, other: string) => `${load}${other}`, /^$/],
  ])('another instrumentation, made %s the client is loaded, traces it alone or not at all', async (_, order, told) => {
    const other = `
      const { KafkaJsInstrumentation } = require('@opentelemetry/instrumentation-kafkajs');
      new KafkaJsInstrumentation();`;
    const { stderr, tree } = await run({
      files: { 'app.cjs': `${order(REQUIRED, other)}${SENDS_TO_ITSELF} run();` },
    });

    expect(tree).toBe(TREE);
    expect(stderr).toMatch(told);
  });

  test('nothing of queues is loaded before the client is', async () => {
    using hook = fixture({
      'hook.mjs': `
        import { registerHooks } from 'node:module';
        const urls = (globalThis.urls = []);
        registerHooks({ load: (url, context, next) => (urls.push(url), next(url, context)) });`,
    });
    const { stdout } = await run({
      files: {
        'app.cjs': `
          const loaded = () => urls.filter((url) => url.endsWith('/instrumentations/kafkajs.cjs')).length;
          const before = loaded();
          require('kafkajs');
          console.log(before, loaded() > 0);`,
      },
      env: { NODE_OPTIONS: `--import ${hook.path}/hook.mjs` },
    });

    expect(stdout).toBe('0 true\n');
  });
});
