import { runApp, type RunningApp } from '@clew/testing';
import { describe, expect, test } from 'vitest';

import { startRedis } from '../services/redis.ts';
import { fixtureBeside } from '../support/fixture-beside.ts';
import { installCatalogue, installOlderRedis, OLDER_REDIS } from './install-catalogue.ts';
import { startOpenAi } from './openai-server.ts';

/** Runs a program that prints what it sees as JSON. Its argument: `count` unhandled rejections, or `die` of the first. */
const PROGRAM = `
  const { once } = process.getBuiltinModule('node:events');
  const seen = { unhandled: [] };
  const counts = process.argv[2] === 'count';
  if (counts) process.on('unhandledRejection', (error) => seen.unhandled.push(error.message));
  const settled = (promise, see = (value) => value) => promise.then(see).catch((error) => [error.name, error.message]);
  /** Starts what fails, awaits nothing of it, and waits until the process has noticed. */
  const drop = async (start) => {
    const noticed = counts && once(process, 'unhandledRejection');
    start();
    await (counts ? noticed : new Promise((resolve) => setTimeout(resolve, 10_000)));
  };
  main().then(async () => {
    await new Promise(setImmediate); // another rejection would have been noticed by now
    console.log(JSON.stringify(seen));
  });`;

const REDIS = `
  async function main() {
    const client = createClient({ url: process.env.REDIS });
    await client.connect();
    await client.set('text', 'x');
    seen.value = await settled(client.get('text'));
    seen.command = await settled(client.sendCommand(['NOPE']));
    seen.method = await settled(client.lPush('text', 'y'));
    seen.multi = await settled(client.multi().lPush('text', 'y').exec(), () => 'resolved');
    await drop(() => client.sendCommand(['NOPE']));
    await drop(() => client.lPush('text', 'y'));
    seen.noticed = seen.unhandled.length;
    client.multi().set('text', 'z').exec();
    await client.quit();
    const nowhere = createClient({ socket: { path: '/nowhere/redis.sock', reconnectStrategy: false } });
    nowhere.on('error', () => {});
    seen.connect = await settled(nowhere.connect());
    await drop(() => nowhere.connect());
  }`;

const OPENAI = `
  async function main() {
    const client = new OpenAI({ baseURL: process.env.OPENAI, apiKey: 'key', maxRetries: 0 });
    const { chat: { completions }, embeddings, responses } = client;
    const ask = (model, more) => ({ model, messages: [{ role: 'user', content: 'hi' }], ...more });
    const listed = async (stream) => { let count = 0; for await (const _ of stream) count += 1; return count; };

    const lazy = completions.create(ask('good'));
    seen.kind = lazy.constructor.name;
    seen.twice = [(await lazy).id, (await lazy).id, await lazy === await lazy];
    seen.raw = await settled(completions.create(ask('good')).asResponse(), (response) => response.json());
    seen.with = await settled(completions.create(ask('good')).withResponse(), ({ data, response }) => [data.id, response.status]);
    seen.parse = await settled(completions.parse(ask('good')), ({ choices }) => choices[0].message.content);
    seen.parseRaw = await settled(completions.parse(ask('good')).asResponse(), (response) => response.text());
    seen.stream = await settled(completions.create(ask('good', { stream: true })), listed);
    seen.rawStream = await settled(completions.create(ask('good', { stream: true })).asResponse(), (response) => response.text());
    seen.embeddings = await settled(embeddings.create({ model: 'good', input: 'a', encoding_format: 'float' }), ({ data }) => data);
    seen.responses = await settled(responses.create({ model: 'good', input: 'a' }), ({ output_text }) => output_text);
    seen.responsesParse = await settled(responses.parse({ model: 'good', input: 'a' }), ({ output_text }) => output_text);
    const streamed = responses.create({ model: 'good', input: 'a', stream: true });
    seen.responsesStream = await settled(streamed.withResponse(), async ({ data, response }) => [await listed(data), response.status]);
    seen.bad = await settled(completions.create(ask('bad')));
    seen.badRaw = await settled(completions.create(ask('bad')).asResponse());
    seen.badParse = await settled(completions.parse(ask('bad')));
    seen.badStream = await settled(completions.create(ask('bad', { stream: true })));
    seen.badEmbeddings = await settled(embeddings.create({ model: 'bad', input: 'a' }));
    seen.badResponses = await settled(responses.create({ model: 'bad', input: 'a' }));
    seen.badResponsesStream = await settled(responses.create({ model: 'bad', input: 'a', stream: true }));
    seen.noticed = seen.unhandled.length;

    await drop(() => completions.create(ask('bad')));
    await drop(() => completions.parse(ask('bad')));
    await drop(() => completions.create(ask('bad', { stream: true })));
    await drop(() => embeddings.create({ model: 'bad', input: 'a' }));
    await drop(() => responses.create({ model: 'bad', input: 'a' }));
    await drop(() => responses.create({ model: 'bad', input: 'a', stream: true }));
  }`;

const KAFKAJS = `
  async function main() {
    const producer = new Kafka({ brokers: ['127.0.0.1:1'], logLevel: 0 }).producer(); // without a transactional id
    const send = () => producer.send({ topic: 'orders', messages: [{ value: '7' }] }); // and without a connection
    seen.transaction = await settled(producer.transaction());
    seen.send = await settled(send());
    await drop(() => producer.transaction());
    await drop(send);
  }`;

const DNS = `
  async function main() {
    const name = 'a'.repeat(300); // too long to be asked for anywhere
    seen.lookup = await settled(promises.lookup(name));
    await drop(() => promises.lookup(name));
  }`;

const LIBRARIES = [
  { library: 'redis', names: '{ createClient }', program: REDIS },
  { library: 'redis', version: OLDER_REDIS, names: '{ createClient }', program: REDIS },
  { library: 'openai', names: 'OpenAI', program: OPENAI },
  { library: 'kafkajs', names: '{ Kafka }', program: KAFKAJS },
  { library: 'dns', names: '{ promises }', program: DNS },
];
const CASES = LIBRARIES.flatMap((each) => ['mjs', 'cjs'].map((kind) => ({ version: 'newest', ...each, kind })));

describe.each(CASES)('$library ($version) in .$kind, bare and under the preload:', ({ kind, ...each }) => {
  test.each([
    ['count', 'a call that fails rejects once, awaited or not, and returns what it would'],
    ['die', 'a failure that nobody awaits ends the process'],
  ])('%s: %s', async (mode) => {
    const { library, version, names, program } = each;
    const folder = version === 'newest' ? await installCatalogue() : await installOlderRedis();
    const load = kind === 'mjs' ? `import ${names} from '${library}';` : `const ${names} = require('${library}');`;
    using files = fixtureBeside(folder, { [`app.${kind}`]: `${load}\n${program}\n${PROGRAM}` });
    // Each a server of its own: they run at the same time, and would read what the other has written.
    await using redisOfBare = await startRedis();
    await using redis = await startRedis();
    await using openai = await startOpenAi();
    const env = {
      OPENAI: openai.url,
      ...(library === 'dns' && { OTEL_NODE_ENABLED_INSTRUMENTATIONS: 'dns' }),
    };

    const args = [`app.${kind}`, mode];
    const ofBare = { ...env, REDIS: redisOfBare.url };
    await using bare = await runApp({ args, cwd: files.path, env: ofBare, preload: false });
    await using preloaded = await runApp({ args, cwd: files.path, env: { ...env, REDIS: redis.url } });
    const expected = await outcome(bare);

    expect(await outcome(preloaded)).toEqual(expected);
    expect(expected.exit).toEqual({ code: mode === 'count' ? 0 : 1, signal: null });
    expect(preloaded.spans()).not.toEqual([]);
  });
});

test.each(['mjs', 'cjs'])('openai in .%s: each call has its span, with what became of it', async (kind) => {
  const load = kind === 'mjs' ? `import OpenAI from 'openai';` : `const OpenAI = require('openai');`;
  using files = fixtureBeside(await installCatalogue(), { [`app.${kind}`]: `${load}\n${OPENAI}\n${PROGRAM}` });
  await using openai = await startOpenAi();
  await using app = await runApp({ args: [`app.${kind}`, 'count'], cwd: files.path, env: { OPENAI: openai.url } });

  await app.exited;

  const counts: Record<string, number> = {};
  for (const { name, status, attributes, scope } of app.spans()) {
    if (!scope.name.endsWith('-openai')) continue;
    const { 'gen_ai.usage.input_tokens': input } = attributes;
    const tokens = input === undefined ? 'no' : Number(input);
    const line = `${name}: ${status.message ?? `${tokens} tokens`}${attributes['clew.incomplete'] ? ', open' : ''}`;
    counts[line] = (counts[line] ?? 0) + 1;
  }
  expect(counts).toEqual({
    'chat good: 3 tokens': 6,
    'chat good: no tokens': 3, // the body of two is read by the application, and the stream tells none
    'chat good: no tokens, open': 1, // parse() of what is never parsed
    'chat bad: 400 no such model': 11,
    'embeddings good: 3 tokens': 1,
    'embeddings bad: 400 no such model': 2,
  });
});

async function outcome(app: RunningApp) {
  const exit = await app.exited;
  return {
    exit,
    stdout: app.stdout && (JSON.parse(app.stdout) as unknown),
    stderr: withoutPlaces(app.stderr).replaceAll(/\n+/g, '\n'),
  };
}

/**
 * Without the lines of source above the error, which Node finds no more once anybody has read its stack, and without frames,
 * some of which are those of wrappers.
 */
function withoutPlaces(stderr: string): string {
  return stderr.replace(/^[^]*?\n\s*\^+\n/, '').replaceAll(/^ {4}at [^{]*?(?= \{$|\n)/gm, '');
}
