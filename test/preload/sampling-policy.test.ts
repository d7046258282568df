import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { runApp } from '@clew/testing';
import { describe, expect, test } from 'vitest';

import { fixture } from '../support/fixture.ts';

const TEN_SPANS = `
  const tracer = trace.getTracer('app');
  for (let n = 0; n < 10; n++) tracer.startSpan('work').end();
  console.log('app runs on');`;
const APPS = {
  'app.mjs': `import { trace } from '@opentelemetry/api'; ${TEN_SPANS}`,
  'app.cjs': `const { trace } = require('@opentelemetry/api'); ${TEN_SPANS}`,
};
const ENV = { CLEW_SAMPLING_FILE: 'policy.yaml' };
const keeping = (ratio: number) => `version: 1\nbase: { ratio: ${ratio} }\n`;
const BAD = 'version: 1\nbase: { ratio: 5 }\n';

async function run(env: NodeJS.ProcessEnv, files: Readonly<Record<string, string>>, app = 'app.mjs') {
  using folder = fixture({ ...APPS, ...files });
  await using running = await runApp({ args: [app], cwd: folder.path, env });
  const { code } = await running.exited;
  return {
    code,
    stdout: running.stdout,
    stderr: running.stderr.replaceAll(`${folder.path}/`, ''),
    spans: running.spans(),
  };
}

describe.each(Object.keys(APPS))('%s: a policy file', (app) => {
  test.each([
    [0, 0],
    [1, 10],
  ])('with the ratio %d for all has %d of ten spans sent', async (ratio, count) => {
    const { spans, ...seen } = await run(ENV, { 'policy.yaml': keeping(ratio) }, app);

    expect(seen).toEqual({ code: 0, stdout: 'app runs on\n', stderr: '' });
    expect(spans).toHaveLength(count);
  });

  test('with a mistake is said with line and remedy, and all is as without it', async () => {
    const { spans, ...seen } = await run(ENV, { 'policy.yaml': BAD }, app);

    expect(seen).toEqual({
      code: 0,
      stdout: 'app runs on\n',
      stderr:
        'clew: policy.yaml: line 2, column 16: base.ratio is 5, expected a number from 0 to 1; write 0.05 for 5 %\n' +
        'clew: the sampling policy of CLEW_SAMPLING_FILE is ignored until the next start; sampling as without one\n',
    });
    expect(spans).toHaveLength(10);
  });

  test('that is missing is said, and all is as without it', async () => {
    const { spans, ...seen } = await run(ENV, {}, app);

    expect(seen).toMatchObject({ code: 0, stdout: 'app runs on\n' });
    expect(seen.stderr).toMatch(/^clew: policy\.yaml cannot be read \(ENOENT\); name a readable YAML or JSON file\n/);
    expect(spans).toHaveLength(10);
  });
});

describe('the config file', () => {
  test.each([
    ['clew.config.yaml', 'sampling: { version: 1, base: { ratio: 0 } }'],
    ['clew.config.json', '{ "sampling": { "version": 1, "base": { "ratio": 0 } } }'],
    ['clew.config.mjs', 'export default { sampling: { version: 1, base: { ratio: 0 } } };'],
  ])('%s can hold the policy', async (name, content) => {
    const { spans, stderr } = await run({}, { [name]: content });

    expect([stderr, spans]).toEqual(['', []]);
  });

  test('with a mistake in the policy is said with the option and a remedy, and all is as without it', async () => {
    const { spans, stderr } = await run({}, { 'clew.config.yaml': 'sampling: { version: 1, base: { ratio: 5 } }' });

    expect(stderr).toMatch(
      /^clew: clew\.config\.yaml: sampling\.base\.ratio is 5, .*; write 0\.05 for 5 %\nclew: the /,
    );
    expect(spans).toHaveLength(10);
  });
});

describe('beside OTEL_TRACES_SAMPLER', () => {
  const env = { ...ENV, OTEL_TRACES_SAMPLER: 'always_off' };

  test('the policy wins, and one line names both', async () => {
    const { spans, stderr } = await run(env, { 'policy.yaml': keeping(1) });

    expect(stderr).toBe('clew: OTEL_TRACES_SAMPLER is set beside CLEW_SAMPLING_FILE; ignored\n');
    expect(spans).toHaveLength(10);
  });

  test('a policy that cannot be used leaves the decision to that sampler', async () => {
    const { spans } = await run(env, { 'policy.yaml': BAD });

    expect(spans).toEqual([]);
  });
});

test('head rules know the attributes of the resource', async () => {
  const policy = `version: 1\nhead: [{ name: shop, match: { resource.service.name: shop }, ratio: 0 }]\n`;
  const spansOf = async (name: string) =>
    (await run({ ...ENV, OTEL_SERVICE_NAME: name }, { 'policy.yaml': policy })).spans.length;

  expect([await spansOf('shop'), await spansOf('bank')]).toEqual([0, 10]);
});

test('beside OTEL_CONFIG_FILE the policy is ignored, and one line says so', async () => {
  const config = `file_format: "1.0"\ntracer_provider:\n  processors: [{ simple: { exporter: { console: } } }]\n`;
  const { stdout, stderr } = await run(
    { ...ENV, OTEL_CONFIG_FILE: 'otel.yaml' },
    { 'otel.yaml': config, 'policy.yaml': keeping(0) },
  );

  expect(stdout).toContain("name: 'work'");
  expect(stderr.match(/^clew: .*CLEW_SAMPLING_FILE.*$/gm)).toEqual([
    'clew: CLEW_SAMPLING_FILE is set beside OTEL_CONFIG_FILE; ignored',
  ]);
});

describe('start() in code', () => {
  const start = (options: string) => ({
    'app.mjs': `
      import { trace } from '@opentelemetry/api';
      import { start } from '@clew/sdk';
      try {
        const sdk = start(${options});
        console.log(trace.getTracer('app').startSpan('work').isRecording());
        await sdk.shutdown();
      } catch (error) {
        console.log(error.name, error.option, error.message);
      }`,
  });
  const ran = async (options: string, env: NodeJS.ProcessEnv = {}) => {
    using folder = fixture({ ...start(options), 'policy.yaml': keeping(0) });
    await using app = await runApp({ args: ['app.mjs'], cwd: folder.path, env, preload: false });
    await app.exited;
    return { stdout: app.stdout, stderr: app.stderr };
  };

  test('takes a policy, whose matches may be functions', async () => {
    const options = `{ sampling: { version: 1, head: [{ name: 'a', match: ({ name }) => name === 'work', ratio: 0 }] } }`;

    expect(await ran(options)).toEqual({ stdout: 'false\n', stderr: '' });
  });

  test('tells the error of such a function by its place, not by its message', async () => {
    const match = `({ name }) => { throw new RangeError('cannot judge ' + name); }`;
    const options = `{ exporters: { traces: ['none'] }, sampling: { version: 1, rules: [{ name: 'a', match: ${match}, ratio: 1 }], base: { ratio: 0 } } }`;

    expect((await ran(options)).stderr).toMatch(
      /^clew: the sampling rule a failed and counts as not matching: RangeError at \S+app\.mjs:5:\d+\n$/,
    );
  });

  test('throws for a mistake in it', async () => {
    expect((await ran('{ sampling: { version: 1, base: { ratio: 5 } } }')).stdout).toBe(
      'ConfigurationError sampling.base.ratio ' +
        'sampling.base.ratio is 5, expected a number from 0 to 1; write 0.05 for 5 %\n',
    );
  });

  test('with a sampler wins over a policy file, and one line names both', async () => {
    const options = `{ sampler: { shouldSample: () => ({ decision: 2 }), toString: () => 'mine' } }`;

    expect(await ran(options, ENV)).toEqual({
      stdout: 'true\n',
      stderr: 'clew: CLEW_SAMPLING_FILE is set beside sampler in code; ignored\n',
    });
  });
});

describe('while an application runs', () => {
  // Makes a span whenever it is asked, and ends when it is told to.
  const SERVER = `
    import { createServer } from 'node:http';
    import { trace } from '@opentelemetry/api';
    const server = createServer((request, response) => {
      if (request.url === '/end') server.close();
      const span = trace.getTracer('app').startSpan('work', { root: true });
      span.end();
      response.setHeader('connection', 'close').end(String((span.spanContext().traceFlags & 1) === 1));
    });
    server.listen(0, '127.0.0.1', () => console.log('at http://127.0.0.1:' + server.address().port + '/'));`;

  test('its file is read anew when it changes, a bad one changes nothing, and the end does not wait', async () => {
    using folder = fixture({ 'app.mjs': SERVER, 'policy.yaml': keeping(0) });
    await using app = await runApp({ args: ['app.mjs'], cwd: folder.path, env: ENV, timeoutMillis: 30_000 });
    const [, url = ''] = await app.untilStdout(/at (\S+)/);
    const isKept = async (path = '') => (await fetch(url + path)).text();
    const replace = (text: string) => {
      writeFileSync(join(folder.path, 'new'), text);
      renameSync(join(folder.path, 'new'), join(folder.path, 'policy.yaml'));
    };

    expect(await isKept()).toBe('false');
    replace(keeping(1));
    await app.untilStderr(/sampling policy read anew/);
    expect(await isKept()).toBe('true');
    replace(BAD);
    await app.untilStderr(/stays in force\n/);
    expect(await isKept('end')).toBe('true');

    expect((await app.exited).code).toBe(0);
    expect(app.stderr.replaceAll(`${folder.path}/`, '')).toBe(
      'clew: sampling policy read anew from policy.yaml\n' +
        'clew: policy.yaml: line 2, column 16: base.ratio is 5, expected a number from 0 to 1; write 0.05 for 5 %\n' +
        'clew: the sampling policy that was read from policy.yaml before stays in force\n',
    );
  });

  test('worker threads and child processes have the same policy wherever they run, and say nothing', async () => {
    using folder = fixture({
      'policy.yaml': keeping(1),
      'elsewhere/policy.yaml': keeping(0),
      'app.mjs': `
        import { execFileSync } from 'node:child_process';
        import { Worker } from 'node:worker_threads';
        process.chdir('elsewhere');
        new Worker(new URL('part.mjs', import.meta.url));
        execFileSync(process.execPath, ['--import', '@clew/sdk/register', '../part.mjs'], { stdio: 'inherit' });`,
      'part.mjs': `
        import { trace } from '@opentelemetry/api';
        trace.getTracer('part').startSpan('part').end();`,
    });
    await using app = await runApp({ args: ['app.mjs'], cwd: folder.path, env: ENV });
    await app.exited;

    expect(app.stderr).toBe('');
    expect(app.spans().filter(({ name }) => name === 'part')).toHaveLength(2);
  });

  test('a bad policy is said by the main thread alone', async () => {
    const app = `
      import { Worker, isMainThread } from 'node:worker_threads';
      if (isMainThread) new Worker(new URL(import.meta.url));`;
    const { stderr } = await run(ENV, { 'app.mjs': app, 'policy.yaml': BAD });

    expect(stderr.split('\n')).toHaveLength(3);
  });
});

test('the reader of policies is loaded only where there is one', async () => {
  const app = `
    import { createRequire } from 'node:module';
    console.log(Object.keys(createRequire(import.meta.url).cache).filter((path) => path.endsWith('sampling.cjs')).length);`;
  const loaded = async (env: NodeJS.ProcessEnv) =>
    (await run(env, { 'app.mjs': app, 'policy.yaml': keeping(1) })).stdout;

  expect([await loaded({}), await loaded(ENV)]).toEqual(['0\n', '1\n']);
});
