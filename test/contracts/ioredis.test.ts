import { once } from 'node:events';
import { createRequire } from 'node:module';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { IoredisInstrumentation, type IoredisInstrumentationConfig } from '@clew/instrumentations/ioredis';
import { recordSpans } from '@clew/testing';
import { trace } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import type { Redis as Client, RedisOptions } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';

import { describeWith } from '../services/describe-with.ts';
import { freePort } from '../services/free-port.ts';
import { startRedis } from '../services/redis.ts';
import { startServer, type ServerProcess } from '../services/server-process.ts';
import type { Service } from '../services/service.ts';
import { cachedInstall } from '../support/cached-install.ts';
import { npmInstall } from '../support/npm-install.ts';

// The same commands under upstream's instrumentation and under ours, on each major version.

interface Part {
  readonly _modules: readonly { patch(exports: unknown, version: string): unknown; unpatch(exports: unknown): void }[];
}
type InstrumentationClass = new (config: IoredisInstrumentationConfig) => object;
type RedisClass = { new (url: string, options?: RedisOptions): Client; Cluster: new (...args: unknown[]) => Client };

const require = createRequire(import.meta.url);
const catalogue = createRequire(require.resolve('@opentelemetry/auto-instrumentations-node'));
const { IORedisInstrumentation: Upstream } = catalogue('@opentelemetry/instrumentation-ioredis') as {
  IORedisInstrumentation: InstrumentationClass;
};

const VERSIONS = { ioredis2: '2.0.0', ioredis4: '4.31.0', ioredis5: '5.8.2', ioredis511: '5.11.1', ioredis6: '6.0.0' };
const NAMES = Object.keys(VERSIONS) as (keyof typeof VERSIONS)[];

let copies: Record<string, RedisClass>;

beforeAll(async () => {
  const folder = await cachedInstall(`ioredis-${Object.values(VERSIONS).join('-')}`, (draft) =>
    npmInstall(draft, ...Object.entries(VERSIONS).map(([name, version]) => `${name}@npm:ioredis@${version}`)),
  );
  const load = createRequire(join(folder, 'index.js'));
  copies = Object.fromEntries(NAMES.map((name) => [name, load(name) as RedisClass]));
}, 120_000);

/** Patches a copy of ioredis until it is disposed. */
function patched(
  Instrumented: InstrumentationClass,
  name: keyof typeof VERSIONS,
  config: IoredisInstrumentationConfig,
) {
  const instrumentation = new Instrumented(config) as unknown as Part;
  const [definition] = instrumentation._modules;
  definition?.patch(copies[name], VERSIONS[name]);
  return { [Symbol.dispose]: () => definition?.unpatch(copies[name]) };
}

type Work = (client: Client, name: keyof typeof VERSIONS) => Promise<unknown>;

async function observe(
  Instrumented: InstrumentationClass,
  name: keyof typeof VERSIONS,
  server: Service,
  work: Work,
  config: IoredisInstrumentationConfig = {},
) {
  using recorded = recordSpans();
  using _ = patched(Instrumented, name, config);
  const client = new copies[name]!(server.url, { lazyConnect: true, retryStrategy: () => null });
  const isReady = once(client, 'ready');
  await client.connect();
  await isReady; // a command that waits has two spans by upstream's
  await client.flushdb();
  await client.script('FLUSH');
  const told: unknown[] = [];
  await inSpan('app', async () => void told.push(await work(client, name)));
  client.disconnect();
  return { tree: recorded.tree(), spans: recorded.spans.map(facts), told };
}

async function observeBoth(
  name: keyof typeof VERSIONS,
  server: Service,
  work: Work,
  config?: IoredisInstrumentationConfig,
) {
  const upstream = await observe(Upstream, name, server, work, config);
  return { upstream, ours: await observe(IoredisInstrumentation, name, server, work, config) };
}

function facts({ name, kind, attributes, status, events }: ReadableSpan) {
  return {
    name,
    kind,
    attributes,
    status,
    errors: events.map((event) => ({ ...event.attributes, 'exception.stacktrace': '' })),
  };
}

async function inSpan<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
  return trace.getTracer('app').startActiveSpan(name, (span) => work().finally(() => span.end()));
}

const outcome = (work: Promise<unknown>) => work.catch((error: Error) => error.message);

describeWith(['REDIS'], 'ioredis', () => {
  let server: Service;

  beforeAll(async () => void (server = await startRedis()));
  afterAll(async () => server[Symbol.asyncDispose]());

  describe.each(NAMES)('%s', (name) => {
    test.each<[string, Work]>([
      [
        'commands',
        async (client) => [await client.set('a', '1', 'EX', 100), await client.get('a'), await client.del('a')],
      ],
      ['bytes', async (client) => [await client.set('a', Buffer.from([1, 200])), await client.getBuffer('a')]],
      ['hashes and lists', async (client) => [await client.hset('h', 'f', 'v'), await client.rpush('l', 'a', 'b')]],
      ['an error', async (client) => [await client.set('a', '1'), await outcome(client.lpush('a', 'x'))]],
      ['a callback', async (client) => new Promise((done) => void client.get('a', (...given) => done(given)))],
      ['a transaction', async (client) => client.multi().set('a', '1').incr('a').exec()],
      ['a pipeline', async (client) => client.pipeline().set('a', '1').get('a').lpush('a', '1').exec()],
      ['a script', async (client) => client.eval('return redis.call("get", KEYS[1])', 1, 'a')],
      [
        'a command of the application',
        async (client) => {
          client.defineCommand('twice', { numberOfKeys: 1, lua: 'return (redis.call("get", KEYS[1]) or 2) * 2' });
          return (client as unknown as { twice(key: string): Promise<unknown> }).twice('b');
        },
      ],
      ['several at once', async (client) => Promise.all([client.incr('n'), client.incr('n'), client.ping()])],
      ['another connect', async (client) => outcome(Promise.resolve(client.connect()))],
      ['many arguments', async (client) => client.mset('a', '1', 'b', '2')],
    ])('%s', async (_, work) => {
      const { upstream, ours } = await observeBoth(name, server, work);

      expect(ours.spans.length).toBeGreaterThan(1);
      expect(ours).toEqual(upstream);
    });

    const seen: unknown[] = [];
    test.each<[string, IoredisInstrumentationConfig]>([
      ['dbStatementSerializer', { dbStatementSerializer: (cmd, args) => `${cmd}:${args.length}` }],
      [
        'requestHook',
        { requestHook: (span, info) => void span.setAttributes({ ...info, cmdArgs: info.cmdArgs.map(String) }) },
      ],
      [
        'responseHook',
        {
          // What the client asks for when it connects is answered with times and numbers.
          responseHook(span, cmd, args, response) {
            if (cmd === 'get' || cmd === 'set') span.setAttribute('r', `${cmd} ${args.length} ${String(response)}`);
          },
        },
      ],
      ['requireParentSpan', { requireParentSpan: false }],
      ['hooks that throw', { requestHook: fails, responseHook: fails }],
    ])('with %s', async (_, config) => {
      const work: Work = async (client) => [await client.set('a', '1'), await client.get('a')];

      const { upstream, ours } = await observeBoth(name, server, work, config);

      expect(ours).toEqual(upstream);
    });

    function fails(): never {
      seen.push(1);
      throw new Error('no');
    }

    test('a command that nobody waits for fails as if there were no instrumentation', async () => {
      const unhandled = vi.fn<(error: Error) => void>();
      process.on('unhandledRejection', unhandled);

      await observe(IoredisInstrumentation, name, server, async (client) => {
        await client.set('a', '1');
        void client.lpush('a', 'x');
        await client.get('a');
      });

      await vi.waitFor(() => expect(unhandled).toHaveBeenCalledOnce());
      process.off('unhandledRejection', unhandled);
    });

    test('a command that waits for the connection has one span, below its caller', async () => {
      using recorded = recordSpans();
      using _ = patched(IoredisInstrumentation, name, {});
      const client = await inSpan('maker', async () => new copies[name]!(server.url));

      await inSpan('caller', () => client.get('a'));
      client.disconnect();

      expect(recorded.tree().split('caller')[1]).toBe('\n  get');
    });

    test('a serializer that throws leaves the name of the command', async () => {
      const dbStatementSerializer = () => {
        throw new Error('no');
      };

      const { spans } = await observe(IoredisInstrumentation, name, server, (client) => client.get('a'), {
        dbStatementSerializer,
      });

      expect(spans.find((span) => span.name === 'get')?.attributes['db.query.text']).toBe('get');
    });

    test('a command after the end of its client has a span that ends', async () => {
      const { tree } = await observe(IoredisInstrumentation, name, server, async (client) => {
        client.disconnect();
        await once(client, 'end');
        return outcome(client.get('a'));
      });

      expect(tree).toMatch(/get !Connection is closed/);
    });
  });

  test('two copies at once have their spans each', async () => {
    using recorded = recordSpans();
    using _four = patched(IoredisInstrumentation, 'ioredis4', {});
    using _six = patched(IoredisInstrumentation, 'ioredis6', {});
    const clients = [new copies['ioredis4']!(server.url), new copies['ioredis6']!(server.url)];

    await inSpan('app', () => Promise.all(clients.map((client) => client.get('a'))));
    for (const client of clients) client.disconnect();

    expect(recorded.tree()).toBe('app\n  get\n  get');
  });
});

describeWith(['REDIS'], 'a cluster of Redis', () => {
  let server: ServerProcess;
  let folder: string;
  let port: number;

  beforeAll(async () => {
    port = await freePort();
    folder = mkdtempSync(join(tmpdir(), 'clew-cluster-'));
    const args = ['--bind', '127.0.0.1', '--port', String(port), '--cluster-enabled', 'yes', '--save', ''];
    args.push('--cluster-port', String(await freePort())); // by default 10,000 more, which may be none
    args.push('--cluster-announce-ip', '127.0.0.1'); // it has met no other that could tell it
    server = await startServer({ program: 'redis-server', args, cwd: folder, ready: /ready to accept connections/i });
    const client = new copies['ioredis6']!(`redis://127.0.0.1:${port}`);
    await client.call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383');
    while (!String(await client.call('CLUSTER', 'INFO')).includes('cluster_state:ok'));
    client.disconnect();
  });
  afterAll(async () => {
    await server.stop();
    rmSync(folder, { recursive: true });
  });

  test.each(['ioredis4', 'ioredis5', 'ioredis6'] as const)('has the same spans by %s', async (name) => {
    const observeCluster = async (Instrumented: InstrumentationClass) => {
      using recorded = recordSpans();
      using _ = patched(Instrumented, name, {});
      const cluster = new copies[name]!.Cluster([{ host: '127.0.0.1', port }]);
      await once(cluster, 'ready');
      await cluster.get('warm');
      const told = await inSpan('app', async () => [
        await cluster.set('a', '1'),
        await outcome(cluster.lpush('a', 'x')),
        await cluster.pipeline().get('a').incr('a').exec(),
      ]);
      cluster.disconnect();
      return { tree: recorded.tree(), spans: recorded.spans.map(facts), told };
    };

    const upstream = await observeCluster(Upstream);
    const ours = await observeCluster(IoredisInstrumentation);

    expect(ours.spans.length).toBeGreaterThan(3);
    expect(ours).toEqual(upstream);
  });
});
