import { runApp } from '@clew/testing';
import { describe, expect, test } from 'vitest';

import { fixture } from '../support/fixture.ts';
import { startHttpBackend } from './http-backend.ts';
import { ONE_SPAN, runToEnd } from './run-to-end.ts';

/** Reports the path of every module file that is read after it, by `require` or by `import`. */
const TELL_LOADED = `
  import { registerHooks } from 'node:module';
  import { writeSync } from 'node:fs';
  const loaded = [];
  registerHooks({
    load(url, context, nextLoad) {
      loaded.push(url);
      return nextLoad(url, context);
    },
  });
  process.once('exit', () => writeSync(1, JSON.stringify(loaded)));
`;

async function loadedBy(env: NodeJS.ProcessEnv): Promise<string[]> {
  using folder = fixture({
    'tell-loaded.mjs': TELL_LOADED,
    'app.mjs': `import { trace } from '@opentelemetry/api'; trace.getTracer('app').startSpan('work').end();`,
  });
  const args = ['--import', './tell-loaded.mjs', '--import', '@clew/sdk/register', 'app.mjs'];
  await using app = await runApp({ args, cwd: folder.path, env, preload: false });
  await app.exited;
  return JSON.parse(app.stdout.slice(app.stdout.indexOf('["'))) as string[];
}

describe('a part of the SDK is loaded only when it is named', () => {
  const PARTS = [
    '/@opentelemetry/sdk-metrics/',
    '/@opentelemetry/sdk-logs/',
    '/@opentelemetry/exporter-prometheus/',
    '/@opentelemetry/exporter-zipkin/',
    '/@opentelemetry/sdk-node/',
    '/@opentelemetry/resource-detector-',
    '/@grpc/grpc-js/',
  ];

  test.each<[NodeJS.ProcessEnv, string[]]>([
    [{}, []],
    [{ OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' }, []],
    [{ OTEL_TRACES_EXPORTER: 'console' }, []],
    [{ OTEL_TRACES_EXPORTER: 'zipkin' }, ['/@opentelemetry/exporter-zipkin/']],
    // the OTLP encoder comes in one piece when it is not the bundled one, and names sdk-metrics
    [{ OTEL_LOGS_EXPORTER: 'otlp' }, ['/@opentelemetry/sdk-metrics/', '/@opentelemetry/sdk-logs/']],
    [{ OTEL_METRICS_EXPORTER: 'otlp' }, ['/@opentelemetry/sdk-metrics/']],
    [{ OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }, []],
    [{ OTEL_NODE_RESOURCE_DETECTORS: 'container' }, ['/@opentelemetry/resource-detector-']],
  ])('%o', async (env, parts) => {
    const loaded = await loadedBy({ CLEW_SHUTDOWN_TIMEOUT: '500', ...env });

    expect(loaded.some((url) => url.endsWith('/dist/preload.cjs'))).toBe(true);
    expect(PARTS.filter((part) => loaded.some((url) => url.includes(part)))).toEqual(parts);
  });

  test('no instrumentation is read for an app that loads no library', async () => {
    const loaded = await loadedBy({});

    expect(loaded.filter((url) => /\/@opentelemetry\/instrumentation-/.test(url))).toEqual([]);
  });
});

/** Reports where sockets are connected to, and which names are looked up. */
const TELL_TARGETS = `
  const { Socket } = require('node:net');
  const { writeSync } = require('node:fs');
  const { connect } = Socket.prototype;
  Socket.prototype.connect = function (...args) {
    const [options] = Array.isArray(args[0]) ? args[0] : args;
    writeSync(1, 'connect ' + (options.path ?? options.host + ':' + options.port) + '\\n');
    return connect.apply(this, args);
  };
  const dns = require('node:dns');
  const { lookup } = dns;
  dns.lookup = (name, ...rest) => (writeSync(1, 'lookup ' + name + '\\n'), lookup(name, ...rest));
  require('node:dgram').Socket.prototype.send = () => writeSync(1, 'datagram\\n');
`;

test('nothing but the endpoint is contacted', async () => {
  await using backend = await startHttpBackend();
  using folder = fixture({ 'tell-targets.cjs': TELL_TARGETS, 'app.mjs': ONE_SPAN });
  const env = {
    OTEL_EXPORTER_OTLP_ENDPOINT: backend.url,
    OTEL_METRICS_EXPORTER: 'otlp',
    OTEL_LOGS_EXPORTER: 'otlp',
  };
  await using app = await runApp({ args: ['--require', './tell-targets.cjs', 'app.mjs'], cwd: folder.path, env });

  await app.exited;

  const targets = app.stdout.split('\n').filter((line) => /^(?:connect|lookup|datagram)/.test(line));
  expect(new Set(targets)).toEqual(new Set([`connect ${new URL(backend.url).host}`]));
});

describe('resource detectors', () => {
  test('none leaves what the options say', async () => {
    const { spans } = await runToEnd({ OTEL_NODE_RESOURCE_DETECTORS: 'none', OTEL_RESOURCE_ATTRIBUTES: 'team=blue' });

    const names = Object.keys(spans[0]?.resource.attributes ?? {}).toSorted();
    expect(names.filter((name) => !name.startsWith('telemetry.'))).toEqual(['service.name', 'team']);
  });

  test('those that are named, and no others', async () => {
    const { stderr, spans } = await runToEnd({ OTEL_NODE_RESOURCE_DETECTORS: 'os,container' });

    const attributes = spans[0]?.resource.attributes;
    expect(stderr).toBe('');
    expect(attributes).toHaveProperty(['os.type']);
    expect(attributes).not.toHaveProperty(['host.name']);
    expect(attributes).not.toHaveProperty(['process.pid']);
  });
});
