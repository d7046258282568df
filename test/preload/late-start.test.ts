import { runApp } from '@clew/testing';
import { describe, expect, test } from 'vitest';

import { fixture } from '../support/fixture.ts';

const LINE =
  'clew: express, pg, router were loaded before start() and are not traced; use node --import @clew/sdk/register\n';

const SERVE = `
  const app = express();
  app.get('/', (request, response) => response.send('ok'));
  const server = http.createServer(app).listen(0, '127.0.0.1', () => {
    http.get({ port: server.address().port, host: '127.0.0.1' }, (response) => {
      response.resume().on('end', () => server.close());
    });
  });`;

const LATE = {
  'app.mjs': `
    import { start } from '@clew/sdk';
    start();
    import http from 'node:http';
    import express from 'express';
    import 'pg';
    ${SERVE}`,
  'app.cjs': `
    const http = require('http');
    const express = require('express');
    require('pg');
    require('@clew/sdk').start();
    ${SERVE}`,
};

describe.each(Object.keys(LATE))('in %s, which starts the SDK after its libraries', (file) => {
  test('one line names the packages that are not traced, and http is traced nevertheless', async () => {
    using folder = fixture(LATE);
    await using app = await runApp({ args: [file], cwd: folder.path, preload: false });

    const exit = await app.exited;

    expect(exit).toEqual({ code: 0, signal: null });
    expect(app.stderr).toBe(LINE);
    expect(app.tree()).toBe('GET\n  GET');
  });

  test('a library that the options leave off is not named', async () => {
    using folder = fixture(LATE);
    const env = { OTEL_NODE_DISABLED_INSTRUMENTATIONS: 'router,pg' };
    await using app = await runApp({ args: [file], cwd: folder.path, preload: false, env });

    await app.exited;

    expect(app.stderr).toBe(
      'clew: express was loaded before start() and is not traced; use node --import @clew/sdk/register\n',
    );
  });

  test('under the preload nothing is said, since everything is traced', async () => {
    using folder = fixture(LATE);
    await using app = await runApp({ args: [file], cwd: folder.path });

    await app.exited;

    expect(app.stderr).toBe('');
    expect(app.tree()).toContain('GET /');
  });
});

test('a start before the libraries says nothing, whatever Clew itself has loaded by then', async () => {
  using folder = fixture({
    'app.mjs': `
      import { start } from '@clew/sdk';
      start();
      await import('express');`,
    'clew.config.yaml': 'exporters: { traces: [otlp] }',
  });
  await using app = await runApp({ args: ['app.mjs'], cwd: folder.path, preload: false });

  await app.exited;

  expect(app.stderr).toBe('');
});
