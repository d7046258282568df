import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chmod, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { processesMarked } from './processes-marked.ts';
import { runProgram } from './run-program.ts';

const CLEW = join(dirname(createRequire(import.meta.url).resolve('@clew/cli/package.json')), 'bin', 'clew.js');
const SHOP = fileURLToPath(new URL('../../examples/checkout', import.meta.url));

const mark = randomUUID();
let temporary = '';

beforeAll(async () => {
  temporary = await mkdtemp(join(tmpdir(), 'sampling-demo-test-'));
  await chmod(temporary, 0o755); // as root, the database runs as somebody else
});
afterAll(() => rm(temporary, { recursive: true, force: true }));

test('the demo of sampling keeps every failure and no probe, counts what is left out, and leaves nothing behind', async () => {
  await using demo = runProgram('checkout', ['demo.ts', 'sampling'], { TMPDIR: temporary, DEMO_MARK: mark });

  const { code, stderr } = await demo.ended;
  const output = demo.lines.join('\n');

  expect({ code, stderr }).toEqual({
    code: 0,
    stderr: expect.stringMatching(/^clew {2}page on http:.* watching node shop\.ts\n$/),
  });
  const rows = tableBelow('rule', demo.lines).map(ruleRow);
  const { errors, slow, checkout, base, probes, all } = Object.fromEntries(rows.map((row) => [row.rule, row]));
  expect(errors).toMatchObject({ made: 40, kept: 40, share: '100 %', estimate: 40, keptBy: 'errors 40' });
  expect(slow).toMatchObject({ made: 16, kept: 16, estimate: 16 }); // 1.8 s are above the second of "very slow"
  expect(probes).toMatchObject({ made: 200, kept: 0, spans: 0, keptBy: '–' });
  for (const row of [checkout, base]) {
    expect(row?.estimate).toBeGreaterThanOrEqual(row?.kept ?? 0);
    expect(Math.abs((row?.estimate ?? 0) - (row?.made ?? 0))).toBeLessThan(3 * (row?.margin ?? 0)); // six deviations
  }
  const routes = tableBelow('route', demo.lines);
  expect(routes.map(([route, made]) => [route, made])).toEqual([
    ['/checkout', '200'],
    ['/customers/grace/orders', '600'],
    ['/healthz', '200'],
  ]);
  expect(numberIn(routes[0]?.[2])).toBe((errors?.kept ?? 0) + (slow?.kept ?? 0) + (checkout?.kept ?? 0));
  for (const sum of ['made', 'kept', 'spans'] as const) {
    expect(all?.[sum]).toBe(rows.reduce((total, row) => total + (row === all ? 0 : row[sum]), 0));
  }

  const accounts = tableBelow('process', demo.lines).map(accountRow);
  expect(new Set(accounts.map(({ service }) => service))).toEqual(
    new Set(['gateway', 'orders', 'payments', 'tax', 'worker']),
  );
  for (const { recorded, sent, dropped, sampledOut, received } of accounts) {
    expect({ recorded, received }).toEqual({ recorded: sent + dropped + sampledOut, received: sent });
  }
  expect(accounts.reduce((total, { received }) => total + received, 0)).toBe(all?.spans);
  // Two spans for each request that is no probe: its own, and that of the call to orders.
  expect(accounts.find(({ service }) => service === 'gateway')?.recorded).toBe(2 * ((all?.made ?? 0) - 200));

  expect(output).toMatch(/✖ POST \/checkout +402 .*gateway → orders, (?:tax, )?payments/);
  expect(output).toMatch(/log DEBUG asking the bank .*held: true/);
  expect(output).toMatch(
    /\n {2}\w+ exported at most [1-9]\d* spans\/s, in the mean of 10 seconds, of a budget of 50\./,
  );
  expect(output).toMatch(/\n {2}[\d,]+ of 1,000 answered\n/);
  expect(await readdir(temporary)).toEqual([]);
  expect(processesMarked(mark)).toEqual([]);
}, 120_000);

test('the commands in the README print for the recorded shop what the README says', async () => {
  const readme = await readFile(join(SHOP, 'README.md'), 'utf8');
  const examples = [
    ...readme.matchAll(
      /`npx @clew\/cli (sampling \w+ sampling\.yaml recorded\.jsonl\.gz.*?)` prints[^`]*```text\n([^]*?)```/g,
    ),
  ];

  const printed = examples.map(([, command]) => {
    const { stdout } = spawnSync(process.execPath, [CLEW, ...command!.split(' ')], { cwd: SHOP, encoding: 'utf8' });
    return stdout;
  });

  expect(printed).toEqual(examples.map(([, , output]) => output));
  expect(printed).toHaveLength(2);
});

test('Ctrl-C ends the demo of sampling early, and leaves nothing behind', async () => {
  await using demo = runProgram('checkout', ['demo.ts', 'sampling'], { TMPDIR: temporary, DEMO_MARK: mark });
  await demo.line(/of 1,000 answered/);

  demo.interrupt();

  expect(await demo.ended).toMatchObject({ code: 130 });
  expect(processesMarked(mark)).toEqual([]);
  expect(await readdir(temporary)).toEqual([]);
}, 60_000);

test('a word that the demo does not know is answered with those that it knows', async () => {
  await using demo = runProgram('checkout', ['demo.ts', 'samplign']);

  const { code, stderr } = await demo.ended;

  expect(code).toBe(2);
  expect(stderr).toContain('the demo does not know "samplign"');
  expect(stderr).toContain('npm run demo -- sampling');
});

/** The rows below a heading that begins with this word: their cells, which two spaces and more divide. */
function tableBelow(word: string, lines: readonly string[]): string[][] {
  const heading = lines.findIndex((line) => line.startsWith(`  ${word}  `));
  const end = lines.indexOf('', heading);
  return lines.slice(heading + 1, end).map((line) => line.trim().split(/ {2,}/));
}

function ruleRow(cells: readonly string[]) {
  const [rule = '', ...rest] = cells;
  const [made, kept, share, spans, estimate, keptBy] = rest.slice(rule === 'all' ? 0 : 2);
  return {
    rule,
    made: numberIn(made),
    kept: numberIn(kept),
    share,
    spans: numberIn(spans),
    estimate: numberIn(estimate?.split(' ± ')[0]),
    margin: numberIn(estimate?.split(' ± ')[1]),
    keptBy,
  };
}

function accountRow([service, ...cells]: readonly string[]) {
  const [recorded = 0, sent = 0, dropped = 0, sampledOut = 0, received = 0] = cells.map(numberIn);
  return { service, recorded, sent, dropped, sampledOut, received };
}

const numberIn = (text = ''): number => Number(text.replaceAll(',', ''));
