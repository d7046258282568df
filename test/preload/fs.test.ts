import { runApp } from '@clew/testing';
import { describe, expect, test } from 'vitest';

import { fixture } from '../support/fixture.ts';

const WORK = `
  const tracer = trace.getTracer('app');
  fs.readFileSync(file);
  tracer.startActiveSpan('work', async (span) => {
    fs.readFileSync(file);
    await promises.readFile(file);
    span.end();
    console.log(typeof http.get);
  });`;

const APPS = {
  'app.mjs': `
    import http from 'node:http';
    import { trace } from '@opentelemetry/api';
    import fs, { promises } from 'node:fs';
    const file = import.meta.filename;
    ${WORK}`,
  'app.cjs': `
    const http = require('http');
    const { trace } = require('@opentelemetry/api');
    const fs = require('fs');
    const { promises } = fs;
    const file = __filename;
    ${WORK}`,
};

describe.each(Object.keys(APPS))('in %s, which needs http too,', (file) => {
  test('fs is traced within a span where the options name it', async () => {
    using folder = fixture({ ...APPS, 'clew.config.mjs': 'export default { instrumentations: { fs: true } };' });
    await using app = await runApp({ args: [file], cwd: folder.path });

    const exit = await app.exited;

    expect(exit).toEqual({ code: 0, signal: null });
    expect([app.stdout, app.stderr]).toEqual(['function\n', '']);
    expect(app.tree()).toBe('work\n  fs readFileSync\n  fs readFile');
  });

  test('fs is traced outside of spans as well where the options say so', async () => {
    const config = 'export default { instrumentations: { fs: { requireParentSpan: false } } };';
    using folder = fixture({ ...APPS, 'clew.config.mjs': config });
    await using app = await runApp({ args: [file], cwd: folder.path });

    await app.exited;

    expect(app.stderr).toBe('');
    expect(app.tree()).toMatch(/^fs readFileSync$/m);
  });
});

test('fs, net and dns are instrumented together, by environment', async () => {
  using folder = fixture(APPS);
  const env = { OTEL_NODE_ENABLED_INSTRUMENTATIONS: 'http,fs,net,dns' };
  await using app = await runApp({ args: ['app.mjs'], cwd: folder.path, env });

  await app.exited;

  expect(app.stderr).toBe('');
  expect(app.tree()).toBe('work\n  fs readFileSync\n  fs readFile');
});
