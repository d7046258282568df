import { runApp } from '@clew/testing';
import { expect, test } from 'vitest';

import { describeWith } from '../services/describe-with.ts';
import { startSqs } from '../services/sqs.ts';

const cwd = new URL('../../examples/queues/', import.meta.url);

describeWith(['SQS'], 'sqs.ts', () => {
  test('is one trace, from the order to its shipping', async () => {
    await using server = await startSqs();
    const env = { AWS_ENDPOINT_URL: server.url, AWS_ACCESS_KEY_ID: 'x', AWS_SECRET_ACCESS_KEY: 'x' };
    await using app = await runApp({ args: ['sqs.ts'], cwd, env });

    const { code } = await app.exited;

    expect([app.stderr, app.stdout, code]).toEqual(['', 'a book\n', 0]);
    expect(app.tree()).toContain(
      `
order.place
  orders send
    POST
    process orders
      order.ship`.trimStart(),
    );
  });
});
