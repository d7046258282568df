import { runApp } from '@clew/testing';
import { expect, test } from 'vitest';

import { fixture } from '../support/fixture.ts';

const ERRORS = `
version: 1
rules: [{ name: errors, match: { error: true }, ratio: 1 }]
base: { ratio: 0 }
`;

const HELPERS = `
const { context, propagation, ROOT_CONTEXT, SpanStatusCode, trace } = require('@opentelemetry/api');
const { runningSdk } = { runningSdk: () => globalThis[Symbol.for('clew.sdk.running')] };
const tracer = trace.getTracer('app');
const start = (name, parent) => tracer.startSpan(name, {}, parent ? trace.setSpan(ROOT_CONTEXT, parent) : ROOT_CONTEXT);
const fail = (span) => span.setStatus({ code: SpanStatusCode.ERROR });
const account = () => {
  const { recorded, sent, dropped, queued, undecided, sampledOut } = runningSdk().status().traces;
  return JSON.stringify({ recorded, sent, dropped, queued, undecided, sampledOut });
};
`;

async function run(
  script: string,
  {
    policy = ERRORS,
    env = {},
    files = {},
  }: { policy?: string; env?: NodeJS.ProcessEnv; files?: Record<string, string> } = {},
) {
  using folder = fixture({ 'app.cjs': HELPERS + script, 'policy.yaml': policy, ...files });
  await using app = await runApp({
    args: ['app.cjs'],
    cwd: folder.path,
    env: { CLEW_SAMPLING_FILE: 'policy.yaml', ...env },
  });
  const { code } = await app.exited;
  const byTime = app.spans().toSorted((one, other) => Number(one.endTimeUnixNano - other.endTimeUnixNano));
  return {
    code,
    stdout: app.stdout,
    stderr: app.stderr,
    spans: byTime,
    names: byTime.map(({ name }) => name).toSorted(),
  };
}

test('a trace with an error arrives whole, sampled, with its threshold and its rule; others do not', async () => {
  const { spans, stderr } = await run(`
    for (const name of ['failing', 'fine']) {
      const root = start(name);
      start('query of ' + name, root).end();
      if (name === 'failing') fail(root);
      root.end();
    }
  `);

  expect(spans.map(({ name, traceState, attributes }) => [name, traceState, attributes['sampling.rule']])).toEqual([
    ['query of failing', 'ot=th:0', undefined],
    ['failing', 'ot=th:0', 'errors'],
  ]);
  expect(spans.map(({ flags }) => (flags ?? 0) & 1)).toEqual([1, 1]);
  expect(stderr).toBe('');
});

const PASSWORDS = `
version: 1
rules: [{ name: passwords, match: { attributes: { app.password: REDACTED } }, ratio: 1 }]
base: { ratio: 0 }
`;

test.each([
  ['no other reader', {}],
  ['a metric of local roots', { OTEL_METRICS_EXPORTER: 'otlp' }],
  ['JSON', { OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' }],
])('rules see attributes as they are exported, with %s', async (_, env) => {
  const script = `
    for (const password of ['hunter2', '']) {
      const span = start('sign in').setAttributes({ 'app.password': password });
      start('query', span).end();
      span.end();
    }
    console.log(account());
  `;

  const { spans, stdout } = await run(script, { policy: PASSWORDS, env });

  const byName = spans.toSorted((one, other) => one.name.localeCompare(other.name));
  expect(byName.map(({ name, attributes }) => [name, attributes['app.password'], attributes['sampling.rule']])).toEqual(
    [
      ['query', undefined, undefined],
      ['sign in', 'REDACTED', 'passwords'],
    ],
  );
  expect(JSON.parse(stdout)).toMatchObject({ recorded: 4, undecided: 0, sampledOut: 2 });
});

test('status() tells what waits and what was sampled out, and nothing is missing', async () => {
  const { stdout } = await run(`
    const open = start('open');
    const failing = fail(start('failing'));
    start('child of open', open).end();
    start('fine').end();
    failing.end();
    console.log(account());
    setImmediate(async () => {
      await runningSdk().flush();
      console.log(account());
      open.end();
      await runningSdk().flush();
      console.log(account());
    });
  `);

  const [before, flushed, after] = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(before).toEqual({ recorded: 3, sent: 0, dropped: {}, queued: 1, undecided: 1, sampledOut: 1 });
  expect(flushed).toEqual({ recorded: 3, sent: 1, dropped: {}, queued: 0, undecided: 1, sampledOut: 1 });
  expect(after).toEqual({ recorded: 4, sent: 1, dropped: {}, queued: 0, undecided: 0, sampledOut: 3 });
});

test.each([
  ['at its natural end', ''],
  ['by process.exit()', 'process.exit(0);'],
  ['by a signal', `process.kill(process.pid, 'SIGTERM'); setTimeout(() => {}, 5000);`],
])('when the process ends %s, what waits is decided', async (_, ending) => {
  const { names } = await run(`
    const [failing, fine] = [fail(start('failing')), start('fine')];
    start('detached from failing', failing);
    start('detached from fine', fine);
    failing.end();
    fine.end();
    ${ending}
  `);

  expect(names).toEqual(['detached from failing', 'failing']);
});

test('what a worker held when it was terminated is decided by the main thread, with the account exact', async () => {
  const worker = `${HELPERS}
    const failing = fail(start('failing in worker'));
    const detached = start('detached', failing);
    start('query', failing).end();
    failing.end();
    const fine = start('fine in worker');
    start('detached', fine);
    fine.end();
    require('node:worker_threads').parentPort.postMessage('held');
    setInterval(() => {}, 1000);
  `;
  const { names, stdout, spans } = await run(
    `
    const { Worker } = require('node:worker_threads');
    const worker = new Worker('./worker.cjs');
    worker.on('message', async () => {
      await worker.terminate();
      await runningSdk().flush();
      console.log(account());
    });
  `,
    { files: { 'worker.cjs': worker } },
  );

  expect(names).toEqual(['failing in worker', 'query']);
  expect(spans.map(({ traceState }) => traceState)).toEqual(['ot=th:0', 'ot=th:0']);
  expect(JSON.parse(stdout)).toEqual({ recorded: 3, sent: 2, dropped: {}, queued: 0, undecided: 0, sampledOut: 1 });
});

test('what a worker held within the limits is within them for the main thread, in whatever order it finds that', async () => {
  const policy = `${ERRORS}limits: { spans_per_trace: 10 }\n`;
  const worker = `${HELPERS}
    const earlier = start('earlier');
    for (let n = 0; n < 10; n++) start('of earlier', earlier).end();
    const failing = fail(start('failing'));
    start('detached', failing);
    for (let n = 0; n < 10; n++) start('fine', failing).end();
    earlier.end(); // what is held next stands in its place
    for (let n = 0; n < 10; n++) fail(start('failed', failing)).end();
    failing.end();
    require('node:worker_threads').parentPort.postMessage('held');
    setInterval(() => {}, 1000);
  `;
  const { names } = await run(
    `
    const { Worker } = require('node:worker_threads');
    const worker = new Worker('./worker.cjs');
    worker.on('message', () => worker.terminate());
  `,
    { policy, files: { 'worker.cjs': worker } },
  );

  const times = (name: string) => Array.from({ length: 10 }, () => name);
  expect(names).toEqual([...times('failed'), 'failing', ...times('fine')]);
});

test('what a worker holds when the main thread exits is decided, too', async () => {
  const worker = `${HELPERS}
    const failing = fail(start('failing in worker'));
    start('detached', failing);
    failing.end();
    require('node:worker_threads').parentPort.postMessage('held');
    setInterval(() => {}, 1000);
  `;
  const { names } = await run(
    `
    const { Worker } = require('node:worker_threads');
    new Worker('./worker.cjs').on('message', () => process.exit(0));
  `,
    { files: { 'worker.cjs': worker } },
  );

  expect(names).toEqual(['failing in worker']);
});

test('a worker that records on while the process exits says nothing of limits', async () => {
  const worker = `${HELPERS}
    const detached = [];
    for (let n = 0; ; n++) {
      const root = fail(start('in worker'));
      detached.push(start('detached', root));
      root.end();
      if (n > 10) detached.shift().end();
      if (n === 100) require('node:worker_threads').parentPort.postMessage('busy');
    }
  `;
  const { code, stderr, names } = await run(
    `
    const { Worker } = require('node:worker_threads');
    new Worker('./worker.cjs').on('message', () => process.exit(3));
  `,
    { files: { 'worker.cjs': worker }, env: { CLEW_EXIT_TIMEOUT: '15000' } },
  );

  expect({ code, stderr }).toEqual({ code: 3, stderr: '' });
  expect(new Set(names)).toEqual(new Set(['detached', 'in worker']));
});

test('what ends while shutdown() sends is decided, and sent, too', async () => {
  const { stdout, names } = await run(`
    const sdk = runningSdk();
    const done = sdk.shutdown();
    const failing = fail(start('failing'));
    start('detached from failing', failing);
    failing.end();
    start('child of open', start('open')).end();
    done.then(() => {
      const { recorded, sent, dropped, queued, undecided, sampledOut } = sdk.status().traces;
      console.log(JSON.stringify({ recorded, sent, dropped, queued, undecided, sampledOut }));
    });
  `);

  expect(names).toEqual(['detached from failing', 'failing']);
  expect(JSON.parse(stdout)).toEqual({ recorded: 4, sent: 2, dropped: {}, queued: 0, undecided: 0, sampledOut: 2 });
});

test('from the first error on other processes are told that the trace is sampled, and then it is kept', async () => {
  const { stdout, names } = await run(`
    const told = (span) => {
      const carrier = {};
      propagation.inject(trace.setSpan(ROOT_CONTEXT, span), carrier);
      return carrier.traceparent.slice(-2) + ' ' + carrier.tracestate;
    };
    const root = start('recovers');
    console.log(told(root));
    fail(start('first try', root)).end();
    console.log(told(root));
    root.end();
  `);

  expect(stdout.split('\n').map((line) => line.replace(/^0[23]/, (flags) => (flags === '03' ? '01' : '00')))).toEqual([
    '00 undefined',
    '01 undefined',
    '',
  ]);
  expect(names).toEqual(['first try', 'recovers']);
});

test('a span that the head refuses tells nobody that its trace is kept', async () => {
  const { stdout, names } = await run(
    `
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00';
    const caller = propagation.extract(ROOT_CONTEXT, { traceparent });
    const [order, probe] = ['order', 'probe'].map((name) => tracer.startSpan(name, {}, caller));
    fail(start('first try', order)).end();
    for (const span of [order, probe]) {
      const carrier = {};
      propagation.inject(trace.setSpan(ROOT_CONTEXT, span), carrier);
      console.log(Number('0x' + carrier.traceparent.slice(-2)) & 1);
    }
    for (const span of [probe, order]) span.end();
  `,
    { policy: `${ERRORS}head: [{ name: probes, match: { name: probe }, ratio: 0 }]\n` },
  );

  expect(stdout).toBe('1\n0\n');
  expect(names).toEqual(['first try', 'order']);
});

test('a request with the secret in the debug header is kept, so many a second', async () => {
  const policy = `
version: 1
debug: { header: x-trace-debug, secret_env: DEBUG_KEY, max_per_second: 2 }
base: { ratio: 0 }
`;
  const { names, stdout, stderr } = await run(
    `
    const begun = performance.now();
    const serve = (name, headers) => {
      const parent = propagation.extract(ROOT_CONTEXT, headers);
      const root = tracer.startSpan(name, {}, parent);
      tracer.startSpan('in ' + name, {}, trace.setSpan(parent, root)).end();
      root.end();
    };
    serve('plain', {});
    serve('wrong', { 'x-trace-debug': 'guess' });
    for (let n = 0; n < 100; n++) serve('asked for', { 'x-trace-debug': 's3cret' });
    console.log(performance.now() - begun);
  `,
    { policy, env: { DEBUG_KEY: 's3cret\n' } },
  );
  const kept = names.filter((name) => name === 'asked for').length;
  const seconds = Math.ceil(Number(stdout) / 1000) + 1; // a moment may have parts of two

  expect(new Set(names)).toEqual(new Set(['asked for', 'in asked for']));
  expect(kept).toBeGreaterThanOrEqual(2);
  expect(kept).toBeLessThanOrEqual(2 * seconds);
  expect(stderr).toBe('');
});

test('the secret of the debug header leaves the process in no record, whoever records the headers', async () => {
  const { spans, stdout } = await run(
    `
    const headers = { 'x-trace-debug': 'correct-horse', baggage: 'key=correct-horse' };
    const parent = propagation.extract(ROOT_CONTEXT, headers);
    const attributes = { 'http.request.header.x-trace-debug': ['correct-horse'], 'app.line': JSON.stringify(headers) };
    const root = tracer.startSpan('asked with correct-horse', { attributes }, parent);
    root.addEvent('headers', { ...headers });
    const carrier = {};
    propagation.inject(trace.setSpan(parent, root), carrier);
    root.end();
    console.log(Object.keys(carrier).join());
  `,
    {
      policy: 'version: 1\ndebug: { header: x-trace-debug, secret_env: DEBUG_KEY }\n',
      env: { DEBUG_KEY: 'correct-horse' },
    },
  );

  expect(spans).toHaveLength(1);
  expect(JSON.stringify(spans, (_, value) => (typeof value === 'bigint' ? String(value) : value))).not.toContain(
    'horse',
  );
  expect(stdout).toBe('traceparent\n');
});

test('without its secret nobody can ask for traces, which one line says', async () => {
  const policy = 'version: 1\ndebug: { header: x-trace-debug, secret_env: DEBUG_KEY }\n';
  const { stderr } = await run('', { policy });

  expect(stderr).toBe(
    'clew: DEBUG_KEY is not set; the sampling policy asks for it, and nobody can ask for traces by x-trace-debug\n',
  );
});

test('held log lines are written with the traces that the policy keeps', async () => {
  const { stdout } = await run(
    `
    const log = require('pino')({ level: 'debug', base: null, timestamp: false });
    for (const name of ['failing', 'fine']) {
      const root = start(name);
      context.with(trace.setSpan(ROOT_CONTEXT, root), () => log.debug('in ' + name));
      if (name === 'failing') fail(root);
      root.end();
    }
  `,
    { env: { CLEW_LOGS_HOLD: 'debug' } },
  );

  const messages = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).msg);
  expect(messages).toEqual(['in failing']);
});

test('exporters and span processors of the application get the traces that are kept', async () => {
  const { stdout } = await run(
    `
    const root = fail(start('failing'));
    start('query', root).end();
    start('fine').end();
    root.end();
  `,
    { env: { OTEL_TRACES_EXPORTER: 'console' } },
  );

  expect(stdout).toContain(`'sampling.rule': 'errors'`);
  expect(stdout.match(/name: '\w+'/g)?.filter((text) => !text.includes('app'))).toEqual([
    `name: 'query'`,
    `name: 'failing'`,
  ]);
});

test.each([
  ['beside OTLP', 'otlp,console'],
  ['alone', 'console'],
])('what waits reaches exporters %s although the application listens to beforeExit', async (_, exporters) => {
  const { stdout } = await run(
    `
    process.on('beforeExit', () => {});
    const root = fail(start('failing'));
    start('detached', root);
    root.end();
  `,
    { env: { OTEL_TRACES_EXPORTER: exporters } },
  );

  expect(stdout).toContain(`name: 'failing'`);
  expect(stdout).toContain(`name: 'detached'`);
});

test('a rule of the application that returns a promise is told once, and a rejection ends no process', async () => {
  const config = `
    const late = async () => { throw new Error('too late'); };
    export default {
      sampling: {
        version: 1,
        head: [{ name: 'asks first', match: late, ratio: 0 }],
        rules: [{ name: 'asks', match: late, ratio: 1 }],
        base: { ratio: 0 },
      },
    };
  `;
  const { code, stdout, stderr, spans } = await run(`start('fine').end(); console.log('done');`, {
    env: { CLEW_SAMPLING_FILE: '' },
    files: { 'clew.config.mjs': config },
  });

  expect({ code, stdout, spans }).toEqual({ code: 0, stdout: 'done\n', spans: [] });
  expect(stderr.trim().split('\n')).toEqual([
    expect.stringMatching(/^clew: sampling rule asks first failed; taking it as not matching/),
    expect.stringMatching(/^clew: the sampling rule asks failed .*: returned a promise, expected true or false$/),
  ]);
});

test('flushAfter decides without waiting for what outlives the request', async () => {
  const { stdout, names } = await run(`
    const { flushAfter } = require('@clew/sdk');
    const handler = flushAfter(async () => {
      const root = fail(start('failing'));
      start('detached', root);
      root.end();
    });
    handler().then(() => {
      console.log(account());
      process.kill(process.pid, 'SIGKILL');
    });
  `);

  expect(JSON.parse(stdout)).toMatchObject({ recorded: 1, sent: 1, undecided: 0 });
  expect(names).toEqual(['failing']);
});

test('a policy that is read anew holds for traces that begin from then on', async () => {
  using folder = fixture({
    'policy.yaml': 'version: 1\nbase: { ratio: 0 }\n',
    'app.cjs': `${HELPERS}
      start('before').end();
      process.on('SIGUSR2', () => { start('after').end(); process.exit(0); });
      require('node:fs').writeFileSync('policy.yaml', 'version: 1\\nbase: { ratio: 1 }\\n');
      setInterval(() => {}, 1000);
    `,
  });
  await using app = await runApp({ args: ['app.cjs'], cwd: folder.path, env: { CLEW_SAMPLING_FILE: 'policy.yaml' } });
  await app.untilStderr(/sampling policy read anew from/);
  app.kill('SIGUSR2');
  await app.waitForSpans(({ name }) => name === 'after');

  expect(app.spans().map(({ name }) => name)).toEqual(['after']);
});
