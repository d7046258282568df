import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { shopMinute } from '../test/record-traces.ts';
import { runClew } from '../test/spawn-clew.ts';
import { LOGS_DEFAULTS } from './commands/logs.ts';
import { PRINTING_DEFAULTS } from './commands/printing-options.ts';
import { SAMPLING_DEFAULTS } from './commands/sampling.ts';
import { resolvePreload } from './resolve-preload.ts';

const README = await readFile(new URL('../README.md', import.meta.url), 'utf8');

test('the program of the README prints what the README says, but for times and ids', async () => {
  const [, program, output] = /```js\n([^]*?)```[^]*?```\n([^]*?)```/.exec(README)!;
  const folder = await mkdtemp(join(tmpdir(), 'clew-readme-'));
  // Another program may have the port that the README shows.
  await writeFile(join(folder, 'app.mjs'), program!.replaceAll('3000', String(await freePort())));

  const { stdout, stderr } = await runClew(['run', '--port', '0', '--', 'node', 'app.mjs'], {
    cwd: folder,
    preload: resolvePreload() ?? null,
    env: { OTEL_SERVICE_NAME: 'shop' },
  });
  await rm(folder, { recursive: true });

  const own = output!.split('\n').filter((line) => line !== 'ordered: 502');
  expect(stdout.toString()).toBe('ordered: 502\n');
  expect(stderr.split('\n').map(withoutTimes)).toEqual(own.map(withoutTimes));
});

test('a run that is saved ends as the README says, and clew view prints what the run did', async () => {
  const [, program] = /```js\n([^]*?)```/.exec(README)!;
  const [, command, output] = /`npx @clew\/cli (run --save .*?)` ends with\n\n```\n([^]*?)```/.exec(README)!;
  const [, viewCommand] = /`npx @clew\/cli (view .*?)` prints the same/.exec(README)!;
  const folder = await mkdtemp(join(tmpdir(), 'clew-readme-'));
  await writeFile(join(folder, 'app.mjs'), program!.replaceAll('3000', String(await freePort())));
  const options = { cwd: folder, preload: resolvePreload() ?? null };

  const run = await runClew(command!.split(' ').toSpliced(1, 0, '--port', '0'), options);
  const view = await runClew(viewCommand!.split(' '), options);
  await rm(folder, { recursive: true });

  const lines = run.stderr.trimEnd().split('\n');
  expect(lines.slice(-2).map(withoutTimes)).toEqual(output!.trimEnd().split('\n').map(withoutTimes));
  expect(view.stdout.toString().trimEnd()).toBe(lines.slice(1, -2).join('\n'));
});

test('a run without traces ends as the README says', async () => {
  const [, variable, output] = /`(\w+=\w+) npx @clew\/cli run [^`]*` ends with\n\n```\n(.*)\n```/.exec(README)!;
  const env = Object.fromEntries([variable!.split('=')]) as NodeJS.ProcessEnv;

  const { stderr } = await runClew(['run', '--port', '0', '--', 'node', '-e', '0'], { env });

  expect(stderr.trimEnd().split('\n').at(-1)).toBe(output);
});

test('clew logs prints for the files of the README what the README says', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'clew-readme-'));
  const files = README.matchAll(/^.*`([\w-]+\.log)`[^`]*:\n\n```json\n([^]*?)```/gm);
  for (const [, name, lines] of files) await writeFile(join(folder, name!), lines!);
  const [, command, output] = /`npx @clew\/cli (logs .*)` prints:\n\n```\n([^]*?)```/.exec(README)!;

  const { stdout, stderr } = await runClew(command!.split(' '), { cwd: folder });
  await rm(folder, { recursive: true });

  expect(stdout.toString() + stderr).toBe(output);
});

test('clew sampling check prints for the policies of the README what the README says', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'clew-readme-'));
  const [, policy, rest] = /## Sampling policies[^]*?```yaml\n([^]*?)```([^]*)/.exec(README)!;
  const [, good] = /sampling check policy.yaml` prints:\n\n```\n([^]*?)```/.exec(rest!)!;
  const [, change, bad] = /With `(base: .*?)` it would print, and exit with 1:\n\n```\n([^]*?)```/.exec(rest!)!;
  const check = async (text: string) => {
    await writeFile(join(folder, 'policy.yaml'), text);
    return (await runClew(['sampling', 'check', 'policy.yaml'], { cwd: folder })).stdout.toString();
  };

  const printed = [await check(policy!), await check(policy!.replace(/^base: .*$/m, change!))];
  await rm(folder, { recursive: true });

  expect(printed).toEqual([good, bad]);
});

test('clew sampling collector writes and prints for the policy of the README what the README says', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'clew-readme-'));
  const [, policy] = /## Sampling policies[^]*?```yaml\n([^]*?)```/.exec(README)!;
  const [, command, names, excerpt, notes] =
    /`npx @clew\/cli (sampling collector .*?)`[^]*?```\n([^]*?)```[^]*?```yaml\n([^]*?)```[^]*?```\n([^]*?)```/.exec(
      README,
    )!;
  await writeFile(join(folder, 'policy.yaml'), policy!);

  const { stdout, stderr } = await runClew(command!.split(' '), { cwd: folder });
  const written = await readFile(join(folder, names!.trim().split('\n')[1]!), 'utf8');
  await rm(folder, { recursive: true });

  expect(stdout.toString()).toBe(names);
  expect(stderr).toBe(notes);
  expect(written).toContain(excerpt!.replaceAll(/^/gm, '      ').trimEnd());
});

test('clew sampling simulate and explain print for the policy of the README what the README says', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'clew-readme-'));
  const [, policy] = /## Sampling policies[^]*?```yaml\n([^]*?)```/.exec(README)!;
  const examples = [
    ...README.matchAll(/`npx @clew\/cli (sampling \w+ policy.yaml traces.jsonl.*)` prints:\n\n```\n([^]*?)```/g),
  ];
  await writeFile(join(folder, 'policy.yaml'), policy!);
  await writeFile(join(folder, 'traces.jsonl'), shopMinute(200));

  const printed: string[] = [];
  for (const [, command] of examples) {
    const { stdout } = await runClew(command!.split(' '), { cwd: folder });
    printed.push(stdout.toString());
  }
  await rm(folder, { recursive: true });

  expect(printed).toEqual(examples.map(([, , output]) => output));
  expect(printed).toHaveLength(2);
});

test('clew sampling simulate prints for the budget of the README what it says, among other things', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'clew-readme-'));
  const [, policy] = /## Sampling policies[^]*?```yaml\n([^]*?)```/.exec(README)!;
  const [, budget, base, excerpt] = /With `(budget: .*?)` and `(base: .*?)`, the report [^]*?```\n([^]*?)```/.exec(
    README,
  )!;
  const changed = policy!.replace(/^version: 1$/m, `version: 1\n${budget}`).replace(/^base: .*$/m, base!);
  await writeFile(join(folder, 'policy.yaml'), changed);
  await writeFile(join(folder, 'traces.jsonl'), shopMinute(200));

  const { stdout } = await runClew(['sampling', 'simulate', 'policy.yaml', 'traces.jsonl'], { cwd: folder });
  await rm(folder, { recursive: true });

  const paragraphs = excerpt!.trimEnd().split('\n\n');
  expect(paragraphs).toHaveLength(3);
  for (const paragraph of paragraphs) expect(stdout.toString()).toContain(`${paragraph}\n`);
});

test('the tables of options in the README have the defaults of the code', () => {
  const documented = README.split('\n## ').map((section) =>
    Object.fromEntries(
      Array.from(section.matchAll(/^\| `(--[\w-]+) <\w+>` \| `([^`]+)` \|/gm), ([, name, value]) => [name, value]),
    ),
  );

  expect(documented.filter((section) => Object.keys(section).length > 0)).toEqual([
    {
      '--port': String(PRINTING_DEFAULTS.port),
      '--grpc': String(PRINTING_DEFAULTS.grpc),
      '--show': PRINTING_DEFAULTS.show,
      '--slow-ms': String(PRINTING_DEFAULTS.slowMs),
    },
    { '--buffer-mib': String(LOGS_DEFAULTS.bufferMib) },
    {
      '--top': String(SAMPLING_DEFAULTS.top),
      '--slow-ms': String(SAMPLING_DEFAULTS.slowMs),
      '--buffer-mib': String(SAMPLING_DEFAULTS.bufferMib),
    },
  ]);
});

async function freePort(): Promise<number> {
  const server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

function withoutTimes(line: string): string {
  return line
    .replace(/ +[\d.]+(?:ms|µs|s)\b/g, ' <time>')
    .replace(/ +[█▏▎▍▌▋▊▉▒]+/g, '')
    .replace(/[\da-f]{8}$/, '<id>')
    .replace(/127\.0\.0\.1:\d+/, '127.0.0.1:<port>');
}
