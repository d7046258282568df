import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { runApp } from '@clew/testing';
import { describe, expect, test } from 'vitest';

import { fixture } from '../support/fixture.ts';
import { ROOT } from '../support/workspace.ts';

// Each application starts a Node process, or a thread, that works in the folder `upload`. In it lies a config file of
// somebody else, whose code leaves the file `ran`.
const UPLOAD = {
  'upload/clew.config.mjs': `
    import { writeFileSync } from 'node:fs';
    writeFileSync(new URL('ran', import.meta.url), '');
    export default { serviceName: 'stranger' };`,
  'clew.config.mjs': `export default { serviceName: 'parent' };`,
  'child.mjs': `
    import { trace } from '@opentelemetry/api';
    trace.getTracer('child').startSpan('child').end();
    console.log('directory', process.env.CLEW_CONFIG_DIRECTORY);`,
};
const PRELOAD = pathToFileURL(`${ROOT}packages/sdk/dist/register.js`).href;
const NODE_OPTIONS = `--import ${PRELOAD}`;

const started = async (app: string, env: NodeJS.ProcessEnv = { NODE_OPTIONS }, args: readonly string[] = []) => {
  using folder = fixture({ ...UPLOAD, 'app.mjs': app });
  const preload = env['NODE_OPTIONS'] === undefined;
  await using running = await runApp({ args: [...args, 'app.mjs'], cwd: folder.path, env, preload });
  const { code } = await running.exited;
  const child = running.spans().find(({ name }) => name === 'child');
  return {
    code,
    stderr: running.stderr,
    stdout: running.stdout.replaceAll(folder.path, 'FOLDER'),
    service: child?.resource.attributes['service.name'],
    hasRun: existsSync(join(folder.path, 'upload/ran')),
  };
};

const INHERITED = { code: 0, stderr: '', service: 'parent', hasRun: false, stdout: 'directory FOLDER\n' };

const spawned: Record<string, string> = {
  spawn: `spawn(process.execPath, ['../child.mjs'], { cwd: 'upload', stdio: 'inherit' });`,
  exec: `exec('"' + process.execPath + '" ../child.mjs', { cwd: 'upload' }, (_, out) => process.stdout.write(out));`,
  execFile: `execFile(process.execPath, ['../child.mjs'], { cwd: 'upload' }, (_, out) => process.stdout.write(out));`,
  fork: `fork('../child.mjs', { cwd: 'upload' });`,
  spawnSync: `spawnSync(process.execPath, ['../child.mjs'], { cwd: 'upload', stdio: 'inherit' });`,
  execSync: `execSync('"' + process.execPath + '" ../child.mjs', { cwd: 'upload', stdio: 'inherit' });`,
  execFileSync: `execFileSync(process.execPath, ['../child.mjs'], { cwd: 'upload', stdio: 'inherit' });`,
  'spawn, with an environment of its own,': `
    const env = { PATH: process.env.PATH, NODE_OPTIONS: process.env.NODE_OPTIONS };
    for (const name in process.env) if (name.startsWith('OTEL_')) env[name] = process.env[name];
    spawn(process.execPath, ['../child.mjs'], { cwd: 'upload', stdio: 'inherit', env });`,
  'a shell that changes its directory': `
    spawn('cd upload && "' + process.execPath + '" ../child.mjs', { shell: true, stdio: 'inherit' });`,
  'a child of a child': `
    const again = "require('node:child_process').execFileSync(process.execPath, ['../child.mjs'], { stdio: 'inherit' })";
    execFileSync(process.execPath, ['-e', again], { cwd: 'upload', stdio: 'inherit' });`,
  'the directory that the parent changed to': `
    process.chdir('upload');
    execFileSync(process.execPath, ['../child.mjs'], { stdio: 'inherit' });`,
};
const IMPORT = `
  import { exec, execFile, execFileSync, execSync, fork, spawn, spawnSync } from 'node:child_process';`;

describe('a child takes the config file of its parent, and runs none of its working directory, when started by', () => {
  test.each(Object.entries(spawned))('%s', async (_name, source) => {
    expect(await started(IMPORT + source)).toEqual(INHERITED);
  });

  test('fork, with the options of Node that the parent was given', async () => {
    const { stdout, ...seen } = await started(IMPORT + spawned['fork']!, {});

    expect(seen).toEqual({ code: 0, stderr: '', service: 'parent', hasRun: false });
    expect(stdout).toBe('directory FOLDER\n');
  });

  test('spawn, with the preload among its arguments', async () => {
    const source = `
      spawn(process.execPath, ['--import', '@clew/sdk/register', '../child.mjs'], { cwd: 'upload', stdio: 'inherit' });`;

    expect(await started(IMPORT + source, {})).toEqual(INHERITED);
  });

  test('a parent that is traced by a file of its own', async () => {
    using folder = fixture({
      ...UPLOAD,
      'instrument.mjs': `import { start } from '@clew/sdk'; start();`,
      'app.mjs': IMPORT + spawned['execFileSync']!,
    });
    const own = `--import ${pathToFileURL(join(folder.path, 'instrument.mjs')).href}`;
    await using app = await runApp({
      args: ['app.mjs'],
      cwd: folder.path,
      env: { NODE_OPTIONS: own },
      preload: false,
    });

    await app.exited;

    expect(app.stdout).toBe(`directory ${folder.path}\n`);
    expect(existsSync(join(folder.path, 'upload/ran'))).toBe(false);
  });

  test('cluster', async () => {
    const app = `
      import cluster from 'node:cluster';
      import { trace } from '@opentelemetry/api';
      if (cluster.isPrimary) {
        cluster.setupPrimary({ cwd: 'upload', exec: new URL(import.meta.url).pathname });
        cluster.fork();
      } else {
        trace.getTracer('child').startSpan('child').end();
        console.log('directory', process.env.CLEW_CONFIG_DIRECTORY);
        cluster.worker.disconnect();
      }`;

    expect(await started(app)).toEqual(INHERITED);
  });

  test('a parent whose instrumentation of child_process is off', async () => {
    const env = { NODE_OPTIONS, OTEL_NODE_DISABLED_INSTRUMENTATIONS: 'child-process' };

    expect(await started(IMPORT + spawned['fork']!, env)).toEqual(INHERITED);
  });

  test('a parent that has shut down its SDK', async () => {
    const app = `
      import { start } from '@clew/sdk';
      ${IMPORT}
      await start().shutdown();
      ${spawned['spawn']}`;

    expect(await started(app)).toEqual(INHERITED);
  });
});

test('a worker thread takes the config file of its parent after a change of directory', async () => {
  const { stdout, ...seen } = await started(`
    import { Worker } from 'node:worker_threads';
    process.chdir('upload');
    new Worker(new URL('child.mjs', import.meta.url), { env: { ...process.env, CLEW_CONFIG_DIRECTORY: '' } });`);

  expect(seen).toEqual({ code: 0, stderr: '', service: 'parent', hasRun: false });
  expect(stdout).toBe('directory \n');
});

test('a child of a worker thread takes the config file of the process', async () => {
  const { stdout, ...seen } = await started(`
    import { Worker, isMainThread } from 'node:worker_threads';
    ${IMPORT}
    if (isMainThread) {
      process.chdir('upload');
      new Worker(new URL(import.meta.url));
    } else {
      console.log(execFileSync(process.execPath, ['../child.mjs'], { env: { ...process.env } }).toString().trim());
    }`);

  expect(seen).toEqual({ code: 0, stderr: '', service: 'parent', hasRun: false });
  expect(stdout).toBe('directory FOLDER\n');
});

describe('what the user says of the config file counts', () => {
  test('in the environment of a child', async () => {
    const source = `
      const env = { ...process.env, CLEW_CONFIG_DIRECTORY: '.' };
      spawn(process.execPath, ['../child.mjs'], { cwd: 'upload', stdio: 'inherit', env });`;

    expect(await started(IMPORT + source)).toMatchObject({ service: 'stranger', hasRun: true });
  });

  test('in the environment of the application, as a path from its working directory', async () => {
    const env = { NODE_OPTIONS, CLEW_CONFIG_DIRECTORY: 'upload/..' };

    expect(await started(IMPORT + spawned['spawn']!, env)).toEqual(INHERITED);
  });

  test('none means no file', async () => {
    const env = { NODE_OPTIONS, CLEW_CONFIG_DIRECTORY: 'none', OTEL_SERVICE_NAME: 'of the environment' };

    expect(await started(IMPORT + spawned['spawn']!, env)).toEqual({
      ...INHERITED,
      service: 'of the environment',
      stdout: 'directory none\n',
    });
  });
});

test('a process that nobody traced has started reads the config file of its working directory', async () => {
  using folder = fixture(UPLOAD);
  await using app = await runApp({ args: ['../child.mjs'], cwd: join(folder.path, 'upload') });

  await app.exited;

  expect(app.spans()[0]?.resource.attributes['service.name']).toBe('stranger');
  expect(app.stdout).toBe('directory undefined\n');
});

test('a process whose working directory is gone has no config file, and is traced', async () => {
  using folder = fixture(UPLOAD);
  mkdirSync(join(folder.path, 'gone'));
  writeFileSync(join(folder.path, 'gone/child.mjs'), '');
  const script = join(folder.path, 'child.mjs');
  const command = `cd "${folder.path}/gone" && rm -r "$PWD" && exec "$0" --import "$1" "$2"`;
  await using app = await runApp({
    node: '/bin/sh',
    args: ['-c', command, process.env['CLEW_TEST_NODE'] ?? process.execPath, PRELOAD, script],
    preload: false,
  });

  await app.exited;

  expect(app.spans().map(({ name }) => name)).toEqual(['child']);
  // An older Node watches ES modules from a thread, and no thread comes up there.
  expect(app.stderr).toMatch(/^(?:clew: watching what ES modules import failed: Error ENOENT at \S+\n)?$/);
});

test('neither the environment of the parent changes, nor that of a child without the preload', async () => {
  const app = `
    ${IMPORT}
    const before = JSON.stringify(process.env);
    const print = 'console.log(JSON.stringify(process.env))';
    for (const env of [{ PATH: process.env.PATH }, { NODE_OPTIONS: '--no-warnings' }]) {
      const seen = execFileSync(process.execPath, ['-e', print, '@clew/sdk/register'], { cwd: 'upload', env });
      console.log(JSON.stringify(env) === seen.toString().trim());
    }
    console.log(JSON.stringify(process.env) === before);`;

  expect((await started(app)).stdout).toBe('true\ntrue\ntrue\n');
});
