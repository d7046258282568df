import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { fixture } from '../support/fixture.ts';
import { jestFolder } from '../support/jest.ts';

const JEST_MILLIS = 120_000;

const IMPORTS = `
  import { correlateConsole } from '@clew/logs/console';
  import { flushAfter, start } from '@clew/sdk';
  import { localRoot, span, traced } from '@clew/spans';
  import { recordSpans, runApp } from '@clew/testing';
  import { parseTraceparent } from '@clew/trace-context';
  import { trace } from '@opentelemetry/api';
`;

const TESTS = `
  const recorded = recordSpans();
  beforeEach(() => recorded.clear());
  afterAll(() => recorded[Symbol.dispose]());

  test('spans are recorded around what is awaited, drained or thrown', async () => {
    const pages = traced('pages', async function* (count: number) {
      for (let page = 1; page <= count; page++) yield page;
    });
    await span('order', async () => {
      for await (const page of pages(2)) localRoot()?.setAttribute('page', page);
    });
    expect(() => span('charge', () => { throw new Error('declined'); })).toThrow('declined');
    expect(recorded.tree()).toBe('order\\n  pages\\ncharge !declined');
    expect(recorded.named('order').attributes['page']).toBe(2);
  });

  test('whoever uses the API meets the same recording', () => {
    trace.getTracer('app').startActiveSpan('outer', (outer) => {
      span('inner', () => {});
      outer.end();
    });
    expect(recorded.tree()).toBe('outer\\n  inner');
  });

  test('an application runs under the preload, and its spans arrive', async () => {
    const program = "require('@opentelemetry/api').trace.getTracer('app').startSpan('work').end()";
    const app = await runApp({ args: ['-e', program], cwd: __dirname });
    await app.exited;
    expect(app.spans().map(({ name }) => name)).toEqual(['work']);
    await app[Symbol.asyncDispose]();
  });

  test('the rest is there', async () => {
    correlateConsole()();
    expect(parseTraceparent('00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01')?.traceFlags).toBe(1);
    expect(await flushAfter(async (id: string) => id)('7')).toBe('7');
    expect(typeof start).toBe('function');
  });
`;

/** As a program that Jest runs as it is. */
const asJavaScript = (program: string) =>
  program
    .replaceAll(/import (\{.*\}) from ('.*');/g, 'const $1 = require($2);')
    .replaceAll(/: (?:number|string)\b(?=\))/g, '');

test.each([
  ['CommonJS', 'app.test.js', asJavaScript(IMPORTS + TESTS), {}],
  [
    'TypeScript that compiles to CommonJS',
    'app.test.ts',
    `import { afterAll, beforeEach, expect, test } from '@jest/globals';${IMPORTS}${TESTS}`,
    { transform: { '\\.ts$': ['<jest>/ts-jest', { tsconfig: 'tsconfig.json', compiler: '<jest>/typescript' }] } },
  ],
])(
  'tests in Jest, written in %s, can import what applications import',
  async (_, file, program, config) => {
    const modules = join(await jestFolder(), 'node_modules');
    const compilerOptions = {
      module: 'commonjs',
      target: 'es2022',
      strict: true,
      skipLibCheck: true,
      types: ['node'],
      paths: { '@jest/globals': [join(modules, '@jest/globals')] },
    };
    using folder = fixture({
      [file]: program,
      'package.json': '{ "name": "shop" }',
      'tsconfig.json': JSON.stringify({ compilerOptions }),
      'jest.config.json': JSON.stringify({ ...config, rootDir: '.', testEnvironment: 'node' }).replaceAll(
        '<jest>',
        modules,
      ),
    });
    const args = [join(modules, 'jest/bin/jest.js'), '--ci', '--no-cache', '-c', 'jest.config.json'];

    const { status, stderr } = spawnSync(process.execPath, args, {
      cwd: folder.path,
      encoding: 'utf8',
      timeout: JEST_MILLIS,
      killSignal: 'SIGKILL',
    });

    expect(stderr).toContain('Tests:       4 passed, 4 total');
    expect(status).toBe(0);
  },
  JEST_MILLIS,
);
