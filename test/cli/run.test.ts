import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';

import { expect, test } from 'vitest';

import { fixture } from '../support/fixture.ts';

const CLEW = join(dirname(createRequire(import.meta.url).resolve('@clew/cli/package.json')), 'bin', 'clew.js');

/** Asks itself for something, and ends. */
const APP = `#!/usr/bin/env node
  const { createServer } = require('node:http');
  const server = createServer((_request, response) => response.end());
  server.listen(0, '127.0.0.1', async () => {
    await fetch('http://127.0.0.1:' + server.address().port + '/orders');
    server.close();
  });
`;

test('of npm run and what it asks its registry for, only the traces of the script appear', async () => {
  await using registry = await startRegistry({});
  using folder = fixture({ 'package.json': JSON.stringify({ scripts: { start: 'node app.cjs' } }), 'app.cjs': APP });

  const { code, stderr } = await clewRun(['sh', '-c', 'npm ping && npm start'], folder.path, registry.env);

  expect({ code, asked: registry.asked }).toEqual({ code: 0, asked: ['/-/ping'] });
  expect(rootsIn(stderr)).toEqual(['GET /orders']);
  expect(stderr).toMatch(/\nclew {2}1 trace, slowest /);
});

test('of a tool that is downloaded to be run, only its own traces appear', async () => {
  using folder = fixture({
    'tool/package.json': JSON.stringify({ name: 'local-tool', version: '1.0.0', bin: 'tool.cjs' }),
    'tool/tool.cjs': APP,
    'work/package.json': '{}',
  });
  execFileSync('npm', ['pack', './tool'], { cwd: folder.path, stdio: 'ignore' });
  await using registry = await startRegistry({
    '/local-tool-1.0.0.tgz': readFileSync(join(folder.path, 'local-tool-1.0.0.tgz')),
  });
  const env = { ...registry.env, npm_config_cache: join(folder.path, 'cache') };

  const { code, stderr } = await clewRun(['npx', '--yes', 'local-tool'], join(folder.path, 'work'), env);

  expect(code).toBe(0);
  expect(new Set(registry.asked)).toEqual(new Set(['/local-tool', '/local-tool-1.0.0.tgz']));
  expect(rootsIn(stderr)).toEqual(['GET /orders']);
});

test.each<[string, readonly string[], NodeJS.ProcessEnv, string]>([
  ['only npm ran', ['npm', '--version'], {}, 'only package managers ran, whose own traffic is left out'],
  ['no Node.js process ran', ['true'], {}, 'the command started no Node.js process, or replaced NODE_OPTIONS'],
  [
    'NODE_OPTIONS was replaced',
    ['env', 'NODE_OPTIONS=', 'node', 'app.cjs'],
    {},
    'the command started no Node.js process, or replaced NODE_OPTIONS',
  ],
  [
    'nothing that is traced was loaded',
    ['node', '-e', '0'],
    {},
    'the command loaded nothing that Clew traces, such as http or a database client',
  ],
  [
    'no request was made',
    ['node', '-e', 'require("node:http")'],
    {},
    'the command loaded http, and no request, query or message passed through it',
  ],
  [
    'the process was killed',
    ['sh', '-c', `node -e 'process.kill(process.pid, "SIGKILL")'; true`],
    {},
    'the command was killed, or ended so abruptly that nothing could be sent',
  ],
  [
    'the SDK is disabled',
    ['node', 'app.cjs'],
    { OTEL_SDK_DISABLED: 'true' },
    'OTEL_SDK_DISABLED=true is set in the environment',
  ],
  [
    'the exporter is none',
    ['node', 'app.cjs'],
    { OTEL_TRACES_EXPORTER: 'none' },
    'OTEL_TRACES_EXPORTER=none is set in the environment',
  ],
  [
    'the sampler is off',
    ['node', 'app.cjs'],
    { OTEL_TRACES_SAMPLER: 'always_off' },
    'OTEL_TRACES_SAMPLER=always_off is set in the environment',
  ],
  [
    'the endpoint is elsewhere',
    ['node', '-e', '0'],
    { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1' },
    'they went to the OTLP endpoint that is set in the environment',
  ],
])('where %s, the last line says so', async (_what, command, env, reason) => {
  using folder = fixture({ 'package.json': '{}', 'app.cjs': APP });

  const { stderr } = await clewRun(command, folder.path, env);

  expect(stderr.trimEnd().split('\n').at(-1)).toBe(`clew  no traces: ${reason}`);
});

test.each([
  [{ disabled: true }, 'the SDK is disabled in its configuration'],
  [{ exporters: { traces: ['console'] } }, 'the exporter of traces in the configuration is console'],
  [{ samplerName: 'always_off' }, 'the sampler in the configuration is always_off'],
  [
    { samplerName: 'traceidratio', samplingRatio: 0 },
    'the sampler in the configuration is traceidratio with a ratio of 0',
  ],
])('where a config file has %j, the last line says so', async (config, reason) => {
  using folder = fixture({ 'package.json': '{}', 'app.cjs': APP, 'clew.config.json': JSON.stringify(config) });

  const { stderr } = await clewRun(['node', 'app.cjs'], folder.path, {});

  expect(stderr.trimEnd().split('\n').at(-1)).toBe(`clew  no traces: ${reason}`);
});

test('where the viewer refused a request, the last line has the reason', async () => {
  const sender = `fetch(process.env.OTEL_EXPORTER_OTLP_ENDPOINT + '/v1/traces', { method: 'POST', body: 'x' })`;
  using folder = fixture({ 'package.json': '{}' });

  const { stderr } = await clewRun(['env', 'NODE_OPTIONS=', 'node', '-e', sender], folder.path, {});

  expect(stderr.trimEnd().split('\n').at(-1)).toMatch(
    /^clew {2}no traces: a request was refused with status 415: OTLP needs the content-type /,
  );
});

test('an application under clew run sees no listener, file or variable that it does not see without', async () => {
  const app = `
    const { CLEW_RUN_NOTES, ...env } = process.env;
    console.log(JSON.stringify({ events: process.eventNames().map(String), notes: CLEW_RUN_NOTES !== undefined }));
  `;
  using folder = fixture({ 'package.json': '{}' });
  const preload = ['--require', createRequire(CLEW).resolve('@clew/sdk/register')];
  const alone = execFileSync(process.execPath, [...preload, '-e', app], { cwd: folder.path, encoding: 'utf8' });

  const { stdout } = await clewRun(['node', '-e', app], folder.path, {});

  expect(JSON.parse(stdout)).toEqual({ ...(JSON.parse(alone) as object), notes: true });
});

async function clewRun(command: readonly string[], cwd: string, env: NodeJS.ProcessEnv) {
  const child = spawn(process.execPath, [CLEW, 'run', '--port', '0', '--', ...command], {
    cwd,
    env: { PATH: `${dirname(process.execPath)}:${process.env['PATH']}`, HOME: cwd, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [[code], stdout, stderr] = await Promise.all([once(child, 'close'), text(child.stdout), text(child.stderr)]);
  return { code: code as number | null, stdout, stderr };
}

/** A registry with one package, `local-tool`, of which the files are given by their paths. */
async function startRegistry(files: Readonly<Record<string, Buffer>>) {
  const asked: string[] = [];
  const server = createServer(({ url = '' }, response) => {
    asked.push(url);
    const { port } = server.address() as AddressInfo;
    const tarball = `http://127.0.0.1:${port}/local-tool-1.0.0.tgz`;
    const version = { name: 'local-tool', version: '1.0.0', bin: { 'local-tool': 'tool.cjs' }, dist: { tarball } };
    const packument = { name: 'local-tool', 'dist-tags': { latest: '1.0.0' }, versions: { '1.0.0': version } };
    response.setHeader('content-type', url in files ? 'application/octet-stream' : 'application/json');
    response.end(files[url] ?? JSON.stringify(url === '/-/ping' ? {} : packument));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const registry = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return {
    asked,
    env: { npm_config_registry: registry, npm_config_update_notifier: 'false', npm_config_audit: 'false' },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function rootsIn(stderr: string): string[] {
  return Array.from(stderr.matchAll(/^[●✖] (.*?) {2}/gm), ([, name = '']) => name);
}
