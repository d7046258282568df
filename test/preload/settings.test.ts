import { spawnSync } from 'node:child_process';

import { runApp } from '@clew/testing';
import { describe, expect, test } from 'vitest';

import { fixture } from '../support/fixture.ts';
import { ROOT } from '../support/workspace.ts';

const TESTED_NODE = process.env['CLEW_TEST_NODE'] ?? process.execPath;
const SPAN = `
  import { trace } from '@opentelemetry/api';
  trace.getTracer('app').startSpan('work').end();
  console.log('app runs on');
`;

async function runWith(env: NodeJS.ProcessEnv, files: Readonly<Record<string, string>> = {}) {
  using folder = fixture({ 'package.json': '{ "name": "plain" }', 'app.mjs': SPAN, ...files });
  await using app = await runApp({ args: ['app.mjs'], cwd: folder.path, env });
  const { code } = await app.exited;
  return { code, stdout: app.stdout, stderr: app.stderr, spans: app.spans() };
}

describe('a wrong variable is named on stderr with a remedy, and the app is traced all the same', () => {
  test.each<[name: string, value: string, said: RegExp]>([
    ['OTEL_TRACES_EXPORTER', 'OTLP', /OTEL_TRACES_EXPORTER has a name in capitals; write otlp/],
    ['OTEL_TRACES_EXPORTER', 'jaeger', /unknown name; expected otlp, console, zipkin, none/],
    ['OTEL_EXPORTER_OTLP_PROTOCOL', 'http', /unknown name; expected http\/protobuf, http\/json, grpc/],
    ['OTEL_TRACES_SAMPLER_ARG', 'abc', /is not a number from 0 to 1/],
    ['OTEL_TRACES_SAMPLER_ARG', '2', /is not a number from 0 to 1/],
    ['OTEL_TRACES_SAMPLER_ARG', '100%', /is a percentage; write 0\.1 for 10 %/],
    ['OTEL_TRACES_SAMPLER_ARG', '0,5', /has a comma; write it with a point/],
    ['OTEL_TRACES_SAMPLER', 'ratio', /unknown name; expected always_on/],
    ['OTEL_PROPAGATORS', 'w3c', /unknown name; expected tracecontext, baggage/],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'api key=1', /invalid header name/],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'x=1\n2', /line break or a non-Latin character in the header x/],
    ['OTEL_EXPORTER_OTLP_COMPRESSION', 'zip', /unknown name; expected gzip, none/],
    ['OTEL_BSP_MAX_EXPORT_BATCH_SIZE', '1.5', /is not a whole number, 1 or more; ignored, using 512 unless/],
    ['OTEL_ATTRIBUTE_COUNT_LIMIT', '-1', /is not a whole number, 0 or more/],
    [
      'OTEL_NODE_DISABLED_INSTRUMENTATIONS',
      'htp',
      /OTEL_NODE_DISABLED_INSTRUMENTATIONS\): there is no instrumentation named htp/,
    ],
    ['OTEL_SDK_DISABLED', 'yes', /is neither true nor false/],
    ['OTEL_RESOURCE_ATTRIBUTES', 'novalue', /without name or equals sign/],
    ['OTEL_SERVICE_NAM', 'shop', /is not a known variable; did you mean OTEL_SERVICE_NAME\?/],
    ['CLEW_SHUTDOWN_TIMEOUTS', '1', /did you mean CLEW_SHUTDOWN_TIMEOUT\?/],
  ])('%s=%j', async (name, value, said) => {
    const { code, stdout, stderr, spans } = await runWith({ [name]: value });

    expect(code).toBe(0);
    expect(stdout).toBe('app runs on\n');
    expect(stderr).toMatch(said);
    expect(stderr.split('\n')).toHaveLength(2);
    expect(spans).toHaveLength(1);
  });

  test.each([['"http://127.0.0.1:4318"'], ['not a url'], ['127.0.0.1:4318'], ['http://localhost:99999']])(
    'OTEL_EXPORTER_OTLP_ENDPOINT=%s, where nothing is exported to it',
    async (endpoint) => {
      const env = { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_TRACES_EXPORTER: 'none' };

      const { code, stdout, stderr } = await runWith(env);

      expect({ code, stdout }).toEqual({ code: 0, stdout: 'app runs on\n' });
      expect(stderr).toMatch(/^clew: OTEL_EXPORTER_OTLP_ENDPOINT (is|has) .*; ignored\n$/);
    },
  );
});

test('nothing is sent to the default endpoint instead of one that is mistyped, and that is said once', async () => {
  const { code, stdout, stderr } = await runWith({ OTEL_EXPORTER_OTLP_ENDPOINT: 'https//otlp.example' });

  expect({ code, stdout }).toEqual({ code: 0, stdout: 'app runs on\n' });
  expect(stderr).toBe(
    'clew: OTEL_EXPORTER_OTLP_ENDPOINT is not an http or https URL; traces are not exported over OTLP\n',
  );
});

describe('the config file', () => {
  const asModule = `export default { serviceName: 'from-file' };`;
  const typed = `
    import { defineConfig } from '@clew/sdk';
    export default defineConfig({ serviceName: 'from-file' as string });`;

  test.each(['clew.config.ts', 'clew.config.mts'])('%s is read where this Node strips types', async (name) => {
    const { stdout } = spawnSync(TESTED_NODE, ['-p', 'process.features.typescript === "strip"'], { encoding: 'utf8' });

    const { stderr, spans } = await runWith(
      { NODE_OPTIONS: '--disable-warning=ExperimentalWarning' },
      { [name]: typed },
    );

    const isRead = spans[0]?.resource.attributes['service.name'] === 'from-file';
    expect(isRead).toBe(stdout === 'true\n');
    expect(stderr).toMatch(
      isRead ? /^$/ : /^clew: \S+ is ignored: this Node \(v[\d.]+\) does not run TypeScript; use /,
    );
  });

  test.each([
    ['clew.config.js', `module.exports = { default: { serviceName: 'from-file' } };`],
    ['clew.config.js', `module.exports = { serviceName: 'from-file' };`],
    ['clew.config.mjs', asModule],
    ['clew.config.json', '{ "serviceName": "from-file" }'],
    ['clew.config.yaml', 'serviceName: from-file'],
    ['clew.config.yml', 'serviceName: from-file'],
  ])('%s is read', async (name, content) => {
    const { stderr, spans } = await runWith({}, { [name]: content });

    expect(stderr).toBe('');
    expect(spans[0]?.resource.attributes['service.name']).toBe('from-file');
  });

  test.each([
    ['clew.config.json', '{ "serviceName": }', /^clew: clew\.config\.json is ignored: SyntaxError: Unexpected token/],
    ['clew.config.yaml', 'a: b\n  c: [', /^clew: clew\.config\.yaml is ignored: YAMLParseError: .*line 1/],
    [
      'clew.config.mjs',
      'export default {\n  serviceName: ,\n};',
      /^clew: clew\.config\.mjs is ignored: SyntaxError.*\(line 2\)/,
    ],
    ['clew.config.mjs', '\n\nthrow new Error("no config today");', /ignored: Error: no config today \(line 3\)/],
    ['clew.config.mjs', 'export const options = {};', /ignored: it has no default export/],
    ['clew.config.mjs', 'export default await Promise.resolve({});', /ignored: it has a top-level await/],
    ['clew.config.json', '[]', /^clew: clew\.config\.json holds a list, expected an object of options; ignored/],
    ['clew.config.yaml', 'servicName: shop', /^clew: clew\.config\.yaml: servicName is not an option of Clew; ignored/],
    [
      'clew.config.yaml',
      'samplingRatio: 10',
      /^clew: clew\.config\.yaml: samplingRatio is 10, expected a number from 0 to 1/,
    ],
  ])('%s with %j is told, and the app is traced all the same', async (name, content, said) => {
    const { code, stdout, stderr, spans } = await runWith({}, { [name]: content });

    expect({ code, stdout }).toEqual({ code: 0, stdout: 'app runs on\n' });
    expect(stderr).toMatch(said);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(spans[0]?.resource.attributes['service.name']).toBe('plain');
  });

  test('may be out of reach: under --permission without the working directory the app is traced', async () => {
    using away = fixture({ 'clew.config.json': '{ "serviceName": "out-of-reach" }' });
    using folder = fixture({ 'package.json': '{ "name": "plain" }', 'app.mjs': SPAN });
    const readable = [ROOT, folder.path].map((path) => `--allow-fs-read=${path}/*`);
    const { stdout: major } = spawnSync(TESTED_NODE, ['-p', 'process.versions.node.split(".")[0]'], {
      encoding: 'utf8',
    });
    // Earlier versions do not restrict it; later ones call it an experiment.
    const network = Number(major) >= 25 ? ['--allow-net', '--disable-warning=ExperimentalWarning'] : [];
    await using app = await runApp({
      args: [
        '--permission',
        '--allow-worker',
        '--disable-warning=PERM0006',
        '--disable-warning=SecurityWarning', // which has no code on older Nodes
        ...network,
        ...readable,
        `${folder.path}/app.mjs`,
      ],
      cwd: away.path,
      env: { OTEL_NODE_RESOURCE_DETECTORS: 'process' }, // that of the host reads /etc/machine-id
    });

    const { code } = await app.exited;

    expect({ code, stderr: app.stderr }).toEqual({ code: 0, stderr: '' });
    expect(app.spans()).toHaveLength(1);
  });

  test('passes hooks to an instrumentation, and switches others off', async () => {
    using folder = fixture({
      'clew.config.mjs': `export default {
        instrumentations: {
          http: { requestHook: (span) => span.setAttribute('hooked', true) },
          undici: false,
        },
      };`,
      'app.mjs': `
        import { createServer, get } from 'node:http';
        const server = createServer((request, response) => response.end('hi')).listen(0, async () => {
          const url = 'http://127.0.0.1:' + server.address().port;
          await (await fetch(url)).text();
          get(url, (response) => response.resume().on('end', () => server.close()));
        });`,
    });
    await using app = await runApp({ args: ['app.mjs'], cwd: folder.path });

    await app.exited;

    const scopes = app.spans().map(({ scope, attributes }) => [scope.name, attributes['hooked']]);
    expect(scopes.map(([scope]) => scope)).not.toContain('@clew/instrumentations/undici');
    expect(scopes).toHaveLength(3);
    expect(scopes.every(([, hooked]) => hooked === true)).toBe(true);
  });
});

test('only the instrumentations of OTEL_NODE_ENABLED_INSTRUMENTATIONS are loaded', async () => {
  using folder = fixture({
    'app.mjs': `
      import { createServer } from 'node:http';
      const server = createServer((request, response) => response.end('hi')).listen(0, async () => {
        await (await fetch('http://127.0.0.1:' + server.address().port)).text();
        server.close();
      });`,
  });
  const env = { OTEL_NODE_ENABLED_INSTRUMENTATIONS: 'undici' };
  await using app = await runApp({ args: ['app.mjs'], cwd: folder.path, env });

  await app.exited;

  expect(app.spans().map(({ scope }) => scope.name)).toEqual(['@clew/instrumentations/undici']);
});

test('a sampler that is named is used, with its argument', async () => {
  using folder = fixture({
    'app.mjs': `
      import { trace } from '@opentelemetry/api';
      for (let i = 0; i < 1000; i++) trace.getTracer('app').startSpan('work').end();`,
  });
  const env = { OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.1' };
  await using app = await runApp({ args: ['app.mjs'], cwd: folder.path, env });

  await app.exited;

  expect(app.spans().length).toBeGreaterThan(40); // binomial: 5 and 15 % are more than five sigmas away
  expect(app.spans().length).toBeLessThan(160);
  expect(new Set(app.spans().map(({ traceState }) => traceState))).toEqual(new Set(['ot=th:e666'])); // each stands for ten
});

test('span limits are those of the environment, and a long value is cut at 8 KiB without them', async () => {
  const files = {
    'app.mjs': `
      import { trace } from '@opentelemetry/api';
      const attributes = { text: 'x'.repeat(10_000), more: 1 };
      trace.getTracer('app').startSpan('work', { attributes }).end();`,
  };

  const byDefault = await runWith({}, files);
  const limited = await runWith(
    { OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT: '5', OTEL_ATTRIBUTE_COUNT_LIMIT: '1' },
    files,
  );

  expect(byDefault.spans[0]?.attributes['text']).toHaveLength(8192);
  expect({ ...limited.spans[0]?.attributes }).toEqual({ text: 'xxxxx' });
});
