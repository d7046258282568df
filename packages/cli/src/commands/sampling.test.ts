import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { runClew, spawnClew } from '../../test/spawn-clew.ts';

const GOOD = `version: 1
budget: { spans_per_second: 500 }
head:
  - { name: probes, match: { path: /healthz }, ratio: 0 }
rules:
  - { name: errors, match: { error: true }, ratio: 1, weight: 8 }
  - { name: empty, match: { response.empty: true }, drop: true }
base: { ratio: 0.05, balance: { by: [http.route] } }
`;

test('check prints for a good policy what it keeps, and what has no effect yet', async () => {
  await using folder = await folderOf({ 'policy.yaml': GOOD });

  const { code, stdout, stderr } = await runClew(['sampling', 'check', 'policy.yaml'], { cwd: folder.path });

  expect(stdout.toString()).toBe(`\
policy.yaml is good: 1 head rule, 2 tail rules, base keeps 5 %
  head   probes  keeps none
  rules  errors  keeps 100 %
         empty   drops all
  base           keeps 5 % of the rest
  checked, but without effect yet: budget; weight of errors; base.balance
`);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
});

test('check prints every problem with its place, key and remedy, and exits with 1', async () => {
  const policy = 'version: 1\nhead:\n  - { name: failed, match: { error: true }, ratio: 2 }\nbass: {}\n';
  await using folder = await folderOf({ 'policy.yaml': policy });

  const { code, stdout } = await runClew(['sampling', 'check', 'policy.yaml'], { cwd: folder.path });

  expect(stdout.toString()).toBe(`\
policy.yaml:3:30: head[0].match.error is not known before a span is built; move it to rules
policy.yaml:3:52: head[0].ratio is 2, expected a number from 0 to 1; write 0.02 for 2 %
policy.yaml:4:1: bass is an unknown key; did you mean base?
3 problems
`);
  expect(code).toBe(1);
});

test('check reads a policy from stdin', async () => {
  const clew = spawnClew(['sampling', 'check', '-']);

  clew.process.stdin.end('version: 2\n');

  expect(await clew.ended()).toMatchObject({ code: 1 });
  expect(clew.stdout().toString()).toMatch(/^-:1:10: version is 2, expected 1; .*\n1 problem\n$/);
});

test.each([
  ['none.yaml', 'clew: none.yaml: no such file\n'],
  ['.', 'clew: .: is a directory\n'],
])('check of %s says why it cannot be read and exits with 2', async (file, message) => {
  await using folder = await folderOf({});

  const { code, stdout, stderr } = await runClew(['sampling', 'check', file], { cwd: folder.path });

  expect({ code, stdout: stdout.toString(), stderr }).toEqual({ code: 2, stdout: '', stderr: message });
});

test('check of a file without an end reads only as much as a policy may have', async () => {
  const { code, stdout } = await runClew(['sampling', 'check', '/dev/zero']);

  expect(stdout.toString()).toBe(
    '/dev/zero: the policy is longer than 128 KiB; write fewer rules, with globs and lists\n1 problem\n',
  );
  expect(code).toBe(1);
});

test('names in a policy cannot steer the terminal', async () => {
  const policy =
    'version: 1\nrules:\n  - { name: "a\\e[2J\\u202eb", match: { error: true }, ratio: 1, "\\e[31m": 2 }\n';
  await using folder = await folderOf({ 'bad.yaml': policy, 'good.yaml': policy.replace(', "\\e[31m": 2', '') });

  const bad = await runClew(['sampling', 'check', 'bad.yaml'], { cwd: folder.path });
  const good = await runClew(['sampling', 'check', 'good.yaml'], { cwd: folder.path });

  expect(good.stdout.toString()).toContain('  rules  ab  keeps 100 %\n');
  expect(bad.stdout.toString()).toContain('bad.yaml:3:');
  for (const { stdout } of [bad, good]) expect(stdout.toString()).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}]/u);
});

test('help lists the commands, and an unknown one is a usage error', async () => {
  const help = await runClew(['sampling', '--help']);
  const unknown = await runClew(['sampling', 'chek']);
  const option = await runClew(['sampling', 'check', '--fix', 'policy.yaml']);
  const alone = await runClew(['sampling']);

  expect(help).toMatchObject({ code: 0, stderr: '' });
  expect(help.stdout.toString()).toMatch(/^Usage: clew sampling .*\n[^]*check <policy>/);
  expect(unknown).toMatchObject({ code: 2, stderr: expect.stringContaining("unknown command 'chek'") });
  expect(option).toMatchObject({ code: 2, stderr: expect.stringContaining("unknown option '--fix'") });
  expect(alone).toMatchObject({ code: 2, stderr: expect.stringContaining('Usage: clew sampling') });
});

test('the code that reads policies is loaded by no other command', async () => {
  const hook = `import { registerHooks } from 'node:module';
    registerHooks({ resolve(name, context, next) {
      if (name.startsWith('@clew/sampling')) process._rawDebug('loads', name);
      return next(name, context);
    } });`;
  const env = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(hook)}` };
  await using folder = await folderOf({ 'policy.yaml': GOOD, 'app.log': '{"msg":"none"}\n' });

  const sampling = await runClew(['sampling', 'check', 'policy.yaml'], { cwd: folder.path, env });
  const logs = await runClew(['logs', 'app.log'], { cwd: folder.path, env });
  const help = await runClew(['sampling', '--help'], { cwd: folder.path, env });

  expect(sampling.stderr).toContain('loads @clew/sampling/policy');
  expect(logs.stderr + help.stderr).not.toContain('loads');
});

async function folderOf(files: Readonly<Record<string, string>>) {
  const path = await mkdtemp(join(tmpdir(), 'clew-sampling-'));
  for (const [name, text] of Object.entries(files)) await writeFile(join(path, name), text);
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) };
}
