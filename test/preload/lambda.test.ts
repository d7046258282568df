import { runApp } from '@clew/testing';
import { expect, test } from 'vitest';

import { fixture } from '../support/fixture.ts';

const CALL = `
  const { handler } = require('./index.js');
  const functionArn = 'arn:aws:lambda:eu:1:function:f';
  handler({}, { functionName: 'f', invokedFunctionArn: functionArn }).then((answer) => console.log(answer));`;
const ENV = { _HANDLER: 'index.handler', LAMBDA_TASK_ROOT: '.' };

test('a Lambda handler that cannot be replaced runs untraced, and one line says so', async () => {
  // As esbuild writes it.
  using folder = fixture({
    'package.json': '{ "name": "f" }',
    'index.js': `
      const handler = async () => 'answer';
      Object.defineProperty(exports, 'handler', { enumerable: true, get: () => handler });`,
    'runtime.js': CALL,
  });
  await using app = await runApp({ args: ['runtime.js'], cwd: folder.path, env: ENV });

  const exit = await app.exited;

  expect(exit).toEqual({ code: 0, signal: null });
  expect(app.stdout).toBe('answer\n');
  expect(app.stderr).toMatch(/^clew: .*aws-lambda.*\n$/);
});

test('any other Lambda handler has a server span', async () => {
  using folder = fixture({
    'package.json': '{ "name": "f" }',
    'index.js': `exports.handler = async () => 'answer';`,
    'runtime.js': CALL,
  });
  await using app = await runApp({ args: ['runtime.js'], cwd: folder.path, env: ENV });

  await app.exited;

  expect([app.stdout, app.stderr]).toEqual(['answer\n', '']);
  expect(app.spans().map(({ name }) => name)).toEqual(['f']);
});
