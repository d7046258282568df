import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { masked } from './masked.ts';
import { printedIn } from './printed-in.ts';
import { processesMarked } from './processes-marked.ts';
import { runProgram } from './run-program.ts';

const mark = randomUUID();
let temporary = '';
let usersBefore = '';

beforeAll(async () => {
  usersBefore = readFileSync('/etc/passwd', 'utf8');
  temporary = await mkdtemp(join(tmpdir(), 'demo-test-'));
  await chmod(temporary, 0o755); // as root, the database runs as somebody else
});
afterAll(() => rm(temporary, { recursive: true, force: true }));

test('the demo shows four whole traces with their log lines, and leaves nothing behind', async () => {
  await using demo = runProgram('checkout', ['demo.ts', '--once'], {
    TMPDIR: temporary,
    DEMO_MARK: mark,
    OTEL_TRACES_EXPORTER: 'none', // left over in somebody's shell
  });

  const { code, stderr } = await demo.ended;
  const output = demo.lines.join('\n');

  expect(output).toContain('4 of 4 traces arrived whole.');
  expect({ code, stderr }).toEqual({
    code: 0,
    stderr: expect.stringMatching(/^clew {2}page on http:.* watching node shop\.ts\n$/),
  });
  expect(output.match(/^\d of 4: .*Look at .*/gm)).toHaveLength(4);
  expect(output).toMatch(/● POST \/checkout +201 +\d\.\d\ds/);
  expect(output).toMatch(/log WARN tax rate fetched \{name: "orders", country: "IT", millis: \d{4}\}/);
  expect(output).toMatch(
    /✖ charge card .*\n.*↳ Error: card declined at services\/payments\.cjs:\d+\n.*log DEBUG asking the bank .*\n.*log ERROR charge failed/,
  );
  expect(output).toMatch(/pg\.query:SELECT shop × 12 \(N\+1\?\)/);
  expect(output.match(/log lines of .* have trace_id [\da-f]{32}$/gm)).toHaveLength(4);
  expect(masked(output)).toContain(masked(printedIn('checkout').join()));
  expect(await readdir(temporary)).toEqual([]);
  expect(processesMarked(mark)).toEqual([]);
  expect(readFileSync('/etc/passwd', 'utf8')).toBe(usersBefore);
}, 60_000);

test('the shop stays open until Ctrl-C with its page, which opens on request, and leaves nothing behind', async () => {
  const browser = await mkdtemp(join(tmpdir(), 'demo-browser-'));
  const opened = join(browser, 'opened');
  await writeFile(join(browser, 'xdg-open'), `#!/bin/sh\necho "$1" > '${opened}'\n`, { mode: 0o755 });
  const PATH = `${browser}:${process.env['PATH']}`;
  await using demo = runProgram('checkout', ['demo.ts', '--open'], { TMPDIR: temporary, DEMO_MARK: mark, PATH });
  const line = await demo.line(/^The shop stays open until Ctrl-C/);
  const [url = ''] = /http:\S+$/.exec(line) ?? [];
  const whileOpen = processesMarked(mark).join('\n');
  const listed = (await (await fetch(`${url}/api/traces`)).json()) as { readonly held: number };

  demo.interrupt();

  expect(await demo.ended).toMatchObject({ code: 0 });
  expect(whileOpen).toMatch(/postgres[^]*services\/gateway\.ts|services\/gateway\.ts[^]*postgres/);
  expect(listed.held).toBeGreaterThanOrEqual(4);
  expect(await readFile(opened, 'utf8')).toBe(`${url}\n`);
  expect(processesMarked(mark)).toEqual([]);
  expect(await readdir(temporary)).toEqual([]);
  await rm(browser, { recursive: true });
}, 60_000);

test('a shop that cannot open ends the demo with the reason', async () => {
  await using demo = runProgram('checkout', ['demo.ts', '--once'], { TMPDIR: join(temporary, 'missing') });

  const { code, stderr } = await demo.ended;

  expect(code).toBe(1);
  expect(stderr).toContain('ENOENT: no such file or directory, mkdtemp');
  expect(stderr).toContain('the shop ended with 1 before it was open');
});
