import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

import { startViewer } from '@clew/viewer';
import { expect, test } from 'vitest';

import { masked } from './masked.ts';
import { printedIn } from './printed-in.ts';
import { runProgram } from './run-program.ts';
import { traceTree } from './trace-tree.ts';

const CLEW = join(dirname(createRequire(import.meta.url).resolve('@clew/cli/package.json')), 'dist', 'main.js');

test('the span made by hand is below that of its request', async () => {
  await using viewer = await startViewer({ port: 0 });
  await using app = runProgram('fibonacci', ['--import', '@clew/sdk/register', 'app.js'], {
    PORT: '0',
    OTEL_EXPORTER_OTLP_ENDPOINT: viewer.url,
    OTEL_BSP_SCHEDULE_DELAY: '100',
  });
  const url = urlIn(await app.line(/^listening on/));

  await fetch(`${url}/fib/30`);
  const trace = await viewer.waitForTrace(() => true);

  expect(traceTree(trace)).toBe('GET /fib/:n (@clew-example/fibonacci)\n  fibonacci (@clew-example/fibonacci)');
  expect(trace.spans.find(({ name }) => name === 'fibonacci')?.attributes).toEqual({ 'fibonacci.n': 30 });
});

test('a number that would take too long is refused', async () => {
  await using app = runProgram('fibonacci', ['app.js'], { PORT: '0' });
  const url = urlIn(await app.line(/^listening on/));

  const { status } = await fetch(`${url}/fib/41`);

  expect(status).toBe(400);
});

test('the commands of the README print what it says', async () => {
  const [answerInReadme = '', traceInReadme = ''] = printedIn('fibonacci');
  await using clew = runProgram('fibonacci', [CLEW, 'run', '--port', '0', '--show', 'all', '--', 'node', 'app.js'], {
    PORT: '0',
  });
  const url = urlIn(await clew.line(/^listening on/));

  const answer = await fetch(`${url}/fib/30`);
  const { stderr } = await clew.stop();

  expect(await answer.text()).toBe(answerInReadme.trim());
  const [greeting, ...trace] = masked(stderr).split('\n');
  expect([greeting, masked(clew.lines.join('\n')), ...trace].join('\n')).toBe(masked(traceInReadme));
});

function urlIn(line: string): string {
  return line.split(' ').at(-1) ?? '';
}
