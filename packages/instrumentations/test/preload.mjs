// The smallest preload: records spans, hooks both module systems, and at exit writes what it recorded to fd 3.
// CLEW_TEST_INSTRUMENTATIONS names our instrumentations to construct, e.g. `hono,pino`.
import { writeSync } from 'node:fs';
import module, { createRequire } from 'node:module';
import { isMainThread } from 'node:worker_threads';

import { recordSpans } from '@clew/testing';
import { supportsSyncHooks } from 'import-in-the-middle/supports-sync-hooks.mjs';

const recorded = recordSpans();
const require = createRequire(import.meta.url);
const names = process.env.CLEW_TEST_INSTRUMENTATIONS.split(',');
if (!names.includes('http')) {
  const { HttpInstrumentation } = require('@opentelemetry/instrumentation-http');
  void new HttpInstrumentation();
  require('http');
}

const CLASSES = {
  fastify: 'FastifyInstrumentation',
  hono: 'HonoInstrumentation',
  http: 'HttpInstrumentation',
  pino: 'PinoInstrumentation',
};
for (const name of names) {
  const exports = await import(`@clew/instrumentations/${name}`);
  void new exports[CLASSES[name]]();
}

const include = [/\/node_modules\/(?:hono|pino)\//];
if (supportsSyncHooks()) (await import('import-in-the-middle/register-hooks.mjs')).register({ include });
else module.register('import-in-the-middle/hook.mjs', import.meta.url, { data: { include } });

// A worker thread has this preload too; the report is the main thread's.
if (isMainThread)
  process.on('exit', () => {
    const spans = recorded.spans.map(({ name, attributes, status, events }) => ({ name, attributes, status, events }));
    writeSync(3, JSON.stringify({ tree: recorded.tree(), spans }));
  });
