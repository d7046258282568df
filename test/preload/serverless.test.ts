import { runApp } from '@clew/testing';
import { expect, test } from 'vitest';

import { fixture } from '../support/fixture.ts';

const HANDLER = `
  import { flushAfter, start } from '@clew/sdk';
  import { trace } from '@opentelemetry/api';
  const handler = flushAfter(async function order(event, context) {
    trace.getTracer('shop').startSpan(event.name).end();
    if (event.fails) throw new Error('out of stock');
    return this.shop + ' sold ' + event.name;
  });
`;

test('a wrapped handler has a result only when its spans are with the backend', async () => {
  using folder = fixture({
    'app.mjs': `${HANDLER}
      console.log(await handler.call({ shop: 'corner' }, { name: 'tea' }, {}));
      console.log(start().status().traces.sent, handler.name, handler.length);
      process.kill(process.pid, 'SIGKILL');`,
  });
  await using app = await runApp({ args: ['app.mjs'], cwd: folder.path });

  await app.exited;

  expect(app.stdout).toBe('corner sold tea\n1 order 2\n');
  expect(app.spans().map(({ name }) => name)).toEqual(['tea']);
});

test('what a wrapped handler throws reaches its caller, after its spans have left', async () => {
  using folder = fixture({
    'app.mjs': `${HANDLER}
      await handler({ name: 'tea', fails: true }).catch(({ message }) => console.log(message));
      process.kill(process.pid, 'SIGKILL');`,
  });
  await using app = await runApp({ args: ['app.mjs'], cwd: folder.path });

  await app.exited;

  expect(app.stdout).toBe('out of stock\n');
  expect(app.spans().map(({ name }) => name)).toEqual(['tea']);
});

test('without a running SDK a wrapped handler just runs', async () => {
  using folder = fixture({
    'app.mjs': `${HANDLER} console.log(await handler.call({ shop: 'corner' }, { name: 'tea' }));`,
  });
  await using app = await runApp({ args: ['app.mjs'], cwd: folder.path, env: { OTEL_SDK_DISABLED: 'true' } });

  const exit = await app.exited;

  expect(exit.code).toBe(0);
  expect(app.stdout).toBe('corner sold tea\n');
});
