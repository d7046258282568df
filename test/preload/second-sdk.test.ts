import { runApp } from '@clew/testing';
import { expect, test } from 'vitest';

import { fixture } from '../support/fixture.ts';

test('an SDK that is started after Clew is refused in one line that names it', async () => {
  using folder = fixture({
    'package.json': '{ "name": "plain" }',
    'tracing.js': `
      const { NodeSDK, startNodeSDK } = require('@opentelemetry/sdk-node');
      if (NodeSDK) new NodeSDK({ traceExporter: undefined }).start(); else startNodeSDK();`,
    'app.js': `require('./tracing.js'); console.log('ran');`,
  });
  await using app = await runApp({ args: ['app.js'], cwd: folder.path, env: { OTEL_METRICS_EXPORTER: 'none' } });

  const { code } = await app.exited;

  expect([code, app.stdout]).toEqual([0, 'ran\n']);
  expect(app.stderr.trim().split('\n')).toEqual([
    expect.stringMatching(/^clew: the OpenTelemetry SDK started in tracing\.js:3 was refused because Clew runs/),
  ]);
});
