import { startViewer } from '@clew/viewer';
import { expect, test } from 'vitest';

import { runProgram } from './run-program.ts';
import { traceTree } from './trace-tree.ts';

test('the span made by hand is below that of its request', async () => {
  await using viewer = await startViewer({ port: 0 });
  await using app = runProgram('fibonacci', ['--import', '@clew/sdk/register', 'app.js'], {
    PORT: '0',
    OTEL_EXPORTER_OTLP_ENDPOINT: viewer.url,
    OTEL_BSP_SCHEDULE_DELAY: '100',
  });
  const url = (await app.line(/^listening on/)).split(' ').at(-1);

  const answer = await fetch(`${url}/fib/30`);
  const trace = await viewer.waitForTrace(() => true);

  expect(await answer.json()).toEqual({ n: 30, result: 832_040 });
  expect(traceTree(trace)).toBe('GET /fib/:n (@clew-example/fibonacci)\n  fibonacci (@clew-example/fibonacci)');
  expect(trace.spans.find(({ name }) => name === 'fibonacci')?.attributes).toEqual({ 'fibonacci.n': 30 });
});
