import { runApp } from '@clew/testing';
import { expect, test } from 'vitest';

import { fixture } from '../support/fixture.ts';

const WORK = `
  import { trace } from '@opentelemetry/api';
  trace.getTracer('app').startSpan(process.argv[2] ?? 'child work').end();
`;

test('worker threads are traced, as the same service and the same instance', async () => {
  using folder = fixture({
    'package.json': '{ "name": "threads" }',
    'worker.mjs': WORK,
    'app.mjs': `
      import { Worker } from 'node:worker_threads';
      ${WORK}
      new Worker(new URL('worker.mjs', import.meta.url), { argv: ['in a thread'] });`,
  });
  await using app = await runApp({ args: ['app.mjs', 'in the main thread'], cwd: folder.path });

  const exit = await app.exited;

  const spans = app.spans();
  expect(exit.code).toBe(0);
  expect(app.stderr).toBe('');
  expect(new Set(spans.map(({ name }) => name))).toEqual(new Set(['in the main thread', 'in a thread']));
  expect(new Set(spans.map(({ resource }) => resource.attributes['service.name']))).toEqual(new Set(['threads']));
  expect(new Set(spans.map(({ resource }) => resource.attributes['service.instance.id'])).size).toBe(1);
});

test('forked processes and the workers of a cluster are traced', async () => {
  using folder = fixture({
    'child.mjs': WORK,
    'app.mjs': `
      import { fork } from 'node:child_process';
      import cluster from 'node:cluster';
      import { trace } from '@opentelemetry/api';
      if (cluster.isPrimary) {
        fork('child.mjs', ['forked']);
        cluster.fork();
      } else {
        trace.getTracer('app').startSpan('in the cluster').end();
        cluster.worker.disconnect();
      }`,
  });
  await using app = await runApp({ args: ['app.mjs'], cwd: folder.path });

  const exit = await app.exited;

  expect(exit.code).toBe(0);
  expect(app.stderr).toBe('');
  expect(new Set(app.spans().map(({ name }) => name))).toEqual(new Set(['forked', 'in the cluster']));
});

test('a process that is started inside a span continues its trace until it listens', async () => {
  using folder = fixture({
    'child.mjs': `
      import { createServer } from 'node:http';
      import { trace } from '@opentelemetry/api';
      const tracer = trace.getTracer('app');
      tracer.startSpan('starts up').end();
      const server = createServer().listen(0, () => {
        setImmediate(() => {
          tracer.startSpan('works on its own').end();
          server.close();
        });
      });`,
    'app.mjs': `
      import { fork } from 'node:child_process';
      import { trace } from '@opentelemetry/api';
      trace.getTracer('app').startActiveSpan('deploy', (span) => {
        fork('child.mjs').on('exit', () => span.end());
      });`,
  });
  await using app = await runApp({ args: ['app.mjs'], cwd: folder.path });

  await app.exited;

  const named = (name: string) => app.spans().find((span) => span.name === name);
  expect(named('starts up')?.parentSpanId).toBe(named('deploy')?.spanId);
  expect(named('starts up')?.traceId).toBe(named('deploy')?.traceId);
  expect(named('works on its own')?.parentSpanId).toBeUndefined();
  expect(named('works on its own')?.traceId).not.toBe(named('deploy')?.traceId);
});

test('a Node process that is spawned without the preload is left as it is', async () => {
  using folder = fixture({
    'child.mjs': `console.log('preloaded', Symbol.for('clew.sdk.running') in globalThis);`,
    'app.mjs': `
      import { spawn } from 'node:child_process';
      spawn(process.execPath, ['child.mjs'], { stdio: 'inherit' });`,
  });
  await using app = await runApp({ args: ['app.mjs'], cwd: folder.path });

  await app.exited;

  expect(app.stdout).toBe('preloaded false\n');
});

test('short-lived worker threads leave no file open', async () => {
  using folder = fixture({
    'quick.mjs': 'process.exit(0);',
    'throws.mjs': 'throw new Error("on purpose");',
    'app.mjs': `
      import { readdirSync } from 'node:fs';
      import { Worker } from 'node:worker_threads';
      const run = async (file) => {
        const worker = new Worker(new URL(file, import.meta.url), { stderr: true }).on('error', () => {});
        await new Promise((resolve) => worker.once('exit', resolve));
      };
      for (const file of ['quick.mjs', 'throws.mjs']) await run(file);
      const before = readdirSync('/proc/self/fd').length;
      for (let i = 0; i < 20; i++) await run(i % 2 === 0 ? 'quick.mjs' : 'throws.mjs');
      console.log(readdirSync('/proc/self/fd').length - before);`,
  });
  await using app = await runApp({ args: ['app.mjs'], cwd: folder.path });

  await app.exited;

  expect(app.stdout).toBe('0\n');
});

test('a worker thread that shuts its SDK down loses nothing', async () => {
  using folder = fixture({
    'app.mjs': `
      import { Worker } from 'node:worker_threads';
      new Worker(new URL('worker.mjs', import.meta.url));`,
    'worker.mjs': `
      import { start } from '@clew/sdk';
      import { trace } from '@opentelemetry/api';
      trace.getTracer('app').startSpan('in a worker').end();
      await start().shutdown();`,
  });
  await using app = await runApp({ args: ['app.mjs'], cwd: folder.path });

  const exit = await app.exited;

  expect(exit.code).toBe(0);
  expect(app.stderr).toBe('');
  expect(app.spans().map(({ name }) => name)).toEqual(['in a worker']);
});
