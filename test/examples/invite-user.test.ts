import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

import { firstLocalRoot, startViewer, STATUS_CODE, type Trace, type Viewer } from '@clew/viewer';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { masked } from '../demo/masked.ts';
import { printedIn } from '../demo/printed-in.ts';
import { type RunningProgram, runProgram } from '../demo/run-program.ts';
import { traceTree } from '../demo/trace-tree.ts';
import { openPage } from './open-page.ts';

const CLEW = join(dirname(createRequire(import.meta.url).resolve('@clew/cli/package.json')), 'bin', 'clew.js');
const COLLECTOR = /\/v1\/traces$/;

let viewer: Viewer;
let system: RunningProgram;

beforeAll(async () => {
  viewer = await startViewer({ port: 0 });
  system = runProgram('invite-user', ['app.ts'], {
    NODE_OPTIONS: `--import ${import.meta.resolve('@clew/sdk/register')}`,
    OTEL_EXPORTER_OTLP_ENDPOINT: viewer.url,
    OTEL_BSP_SCHEDULE_DELAY: '100',
  });
});
afterAll(async () => {
  await system.stop();
  await viewer.close();
});

test('a click in the browser and the mail that it leads to are one trace', async () => {
  await using browser = await openPage(await urlOf(system));

  const status = await invite(browser.page, 'ada@example.org');
  const trace = await viewer.waitForTrace(
    (trace) => status.includes(trace.traceId) && hasAll(trace, ['click Invite', 'mail.send']),
  );

  expect(status).toBe(`ada@example.org is invited.\nTrace ${trace.traceId}`);
  expect(traceTree(trace)).toBe(
    `
click Invite (browser)
  POST /invitations (api)
    add invitation (api)
      process invitation (worker)
        mail.send (worker)`.trimStart(),
  );
  await system.line(new RegExp(`${trace.traceId}.*invitation mailed`));
  expect(logLinesOf(system, trace)).toEqual(['api: invitation queued', 'worker: invitation mailed']);
}, 60_000);

test('an invitation that the API refuses is a failed click', async () => {
  await using browser = await openPage(await urlOf(system));

  const status = await invite(browser.page, 'ada@localhost'); // good enough for the browser
  const trace = await viewer.waitForTrace(
    (trace) => firstLocalRoot(trace)?.status.code === STATUS_CODE.error && hasAll(trace, ['POST /invitations']),
  );

  expect(status).toBe('Nobody is invited: the API answered 400');
  expect(traceTree(trace)).toBe('click Invite (browser)\n  POST /invitations (api)');
  expect(firstLocalRoot(trace)?.status.message).toBe('the API answered 400');
}, 60_000);

test('an invitation is sent even if its click cannot be reported', async () => {
  await using browser = await openPage(await urlOf(system));
  await browser.page.route(COLLECTOR, (route) => route.abort());

  const status = await invite(browser.page, 'grace@example.org');
  const trace = await viewer.waitForTrace(
    (trace) => status.includes(trace.traceId) && hasAll(trace, ['POST /invitations', 'mail.send']),
  );

  expect(status).toContain('grace@example.org is invited.');
  expect(traceTree(trace)).toMatch(/^POST \/invitations \(api\)/);
}, 60_000);

test('the command of the README prints what it says', async () => {
  const [stdoutInReadme = '', stderrInReadme = ''] = printedIn('invite-user');
  await using clew = runProgram('invite-user', [CLEW, 'run', '--port', '0', '--show', 'all', '--', 'node', 'app.ts']);
  await using browser = await openPage(await urlOf(clew));

  await invite(browser.page, 'ada@example.org');
  await clew.line(/invitation mailed/);
  const { stderr } = await clew.stop();

  expect(masked(clew.lines.find((line) => line.startsWith('invite')) ?? '')).toBe(masked(stdoutInReadme));
  expect(tracesIn(stderr)).toEqual(tracesIn(stderrInReadme));
}, 60_000);

async function urlOf(system: RunningProgram): Promise<string> {
  const line = await system.line(/^invite somebody at/);
  return line.split(' ').at(-1) ?? '';
}

/** Fills in the form and clicks; resolves with what the page says, when it has reported its click or failed to. */
async function invite(page: Page, email: string): Promise<string> {
  const reported = page.waitForRequest(COLLECTOR);
  await page.getByLabel('Their e-mail address').fill(email);
  await page.getByRole('button', { name: 'Invite' }).click();
  const request = await reported;
  await request.response();
  await page.locator('output:not(:empty)').waitFor();
  return (await page.locator('output').textContent()) ?? '';
}

/** Splits the output of `clew run` into its traces and sorts them: they end, and are printed, in any order. */
function tracesIn(stderr: string): string[] {
  return masked(stderr)
    .split(/^(?=●|clew)/m)
    .toSorted();
}

function hasAll(trace: Trace, names: readonly string[]): boolean {
  return names.every((name) => trace.spans.some((span) => span.name === name));
}

/** `service: message` of the lines that carry the id of a trace. */
function logLinesOf({ lines }: RunningProgram, { traceId }: Trace): string[] {
  return lines
    .filter((line) => line.includes(`"trace_id":"${traceId}"`))
    .map((line) => JSON.parse(line) as { name: string; msg: string })
    .map(({ name, msg }) => `${name}: ${msg}`);
}
