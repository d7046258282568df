import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { text } from 'node:stream/consumers';

import { readPolicy } from '@clew/sampling/policy';
import { describe, expect, test } from 'vitest';

import { OPTION_TABLE } from '../../packages/sdk/src/options/option-table.ts';
import { DEFAULTS } from '../../packages/sdk/src/options/options.ts';
import { LIBRARY_TABLE } from '../../packages/sdk/src/instrumenting/library-table.ts';
import { TARGETS } from '../../packages/sdk/src/instrumenting/targets.generated.ts';
import { fixture } from '../support/fixture.ts';
import { ROOT } from '../support/workspace.ts';
import { firstProgram, runFirstProgram } from './first-program.ts';

const README = readFileSync(`${ROOT}README.md`, 'utf8');
const SDK_README = readFileSync(`${ROOT}packages/sdk/README.md`, 'utf8');
const INSTRUMENTATIONS_README = readFileSync(`${ROOT}packages/instrumentations/README.md`, 'utf8');

describe('the options of the README', () => {
  const rows = OPTION_TABLE.filter(({ path }) => !/^otlp\.(traces|metrics|logs)\./.test(path));

  test("of the SDK's are all there are, with their variables and defaults", () => {
    const documented = tableRows(SDK_README, 4).map((row) => row.slice(0, 3));

    const expected = rows.map(({ path, variables, defaultDoc = '' }) => [
      `\`${path}\``,
      variables.map((name) => `\`${name}\``).join(', else '),
      [printed(defaultOf(path)), defaultDoc].filter((part) => part !== '').join('; '),
    ]);
    expect(documented).toEqual(expected);
  });

  test('of the root are options of the code, with their variable, and their default where it is a value', () => {
    const documented = tableRows(README, 3).filter(([option]) => option?.startsWith('`'));

    expect(documented.length).toBeGreaterThan(10);
    for (const [option, variable, value = ''] of documented) {
      const row = rows.find(({ path }) => `\`${path}\`` === option);
      expect([option, row?.variables]).toEqual([option, [variable?.replaceAll('`', '')]]);
      if (value.startsWith('`')) expect([option, value]).toEqual([option, printed(defaultOf(row?.path ?? ''))]);
    }
  });
});

test('the sampling policy of the README is that of the demo', () => {
  const demo = readFileSync(`${ROOT}examples/checkout/sampling.yaml`, 'utf8');

  const { policy, problems } = readPolicy(yamlIn(README));

  expect(problems).toEqual([]);
  expect(policy).toEqual(readPolicy(demo).policy);
});

test("the sampling policy of the SDK's README is one", () => {
  expect(readPolicy(yamlIn(SDK_README)).problems).toEqual([]);
});

test('the number of instrumentations in the README is that of the catalogue', () => {
  expect(README).toContain(`the ${TARGETS.length} instrumentations of \`auto-instrumentations-node\``);
});

test('the first block of the README works in a clone, and comes before anything is installed from npm', () => {
  const [, first = ''] = /```sh\n([^]*?)```/.exec(README) ?? [];
  const commands = first.trimEnd().split('\n');
  const { scripts } = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8')) as { scripts: Record<string, string> };

  expect(commands.map((line) => line.replace(/ +#.*/, ''))).toEqual(['npm run demo', 'npm test']);
  expect(Object.keys(scripts)).toEqual(expect.arrayContaining(['demo', 'test']));
});

test('what the first program of the README imports is what it says to install', async () => {
  const { installed, program } = await firstProgram();
  const imported = [...program.matchAll(/from '((?!node:)[^']+)'/g)].map(([, name]) => name);

  expect(installed).toEqual(expect.arrayContaining(['@clew/cli', '@clew/sdk', '@opentelemetry/api', ...imported]));
});

test('the start-up times in the README are those of the table of the benchmark', () => {
  const table = readFileSync(`${ROOT}test/bench/README.md`, 'utf8');
  const [, ...told] = /adds (\d+) ms[^]*?adds (\d+) and[^]*?modules, ([\d,]+)/.exec(README) ?? [];

  const measured = ['Clew', "upstream's register", 'upstream, with its hook for ES modules'].map((preload) => {
    return tableRows(table.replaceAll('| empty app', '| `empty app`'), 4).find(([, name]) => name === preload)?.[3];
  });
  expect(told.map((number) => number.replace(',', ''))).toEqual(measured);
});

const require = createRequire(import.meta.url);
const loadPart = (name: string) => require(`@clew/instrumentations/${name}`) as unknown;

test('each instrumentation of our own has a row in the README of the instrumentations', () => {
  const documented = tableRows(INSTRUMENTATIONS_README, 4).map((cells) => cells.slice(0, 2).join(' '));

  const ours = LIBRARY_TABLE.flatMap((row) => {
    return 'load' in row ? [`\`/${row.name}\` \`${row.load(loadPart).name}\``] : [];
  });
  expect(documented.toSorted()).toEqual(ours.toSorted());
});

describe('the programs of the READMEs of packages', () => {
  const readmes = readdirSync(`${ROOT}packages`).map((name) => {
    const content = readFileSync(`${ROOT}packages/${name}/README.md`, 'utf8');
    const programs = [...content.matchAll(/```([jt]s)\n([^]*?)```/g)].map(([, language, code = ''], index) => {
      return { file: `${name}${index}.m${language}`, code };
    });
    return { name, content, programs };
  });

  test.each(readmes)('import the packages of Clew that are installed: $name', ({ content, programs }) => {
    const installed = [...content.matchAll(/npm install ([^\n`]+)/g)].flatMap(([, names = '']) => names.split(' '));
    const imported = programs.flatMap(({ code }) =>
      [...code.matchAll(/ from '(@clew\/[^'/]+)/g)].map(([, from]) => from),
    );

    expect(installed).toEqual(expect.arrayContaining(imported));
  });

  test('declare every name that they use', async () => {
    const files = readmes.flatMap(({ programs }) => programs.map(({ file, code }) => [file, code] as const));
    const env = { node: true, es2024: true };
    const rules = JSON.stringify({ env, categories: { correctness: 'off' }, rules: { 'no-undef': 'error' } });
    using folder = fixture({ ...Object.fromEntries(files), 'rules.json': rules });

    const args = ['-c', 'rules.json', '-f', 'unix', ...files.map(([file]) => file)];
    const oxlint = spawn('oxlint', args, { cwd: folder.path, stdio: ['ignore', 'pipe', 'inherit'] });

    expect((await text(oxlint.stdout)).trim()).toBe('');
  });
});

test('the program of the README prints what the README says, but for times and ids', async () => {
  const { program, args, stdout, stderr } = await firstProgram();
  using folder = fixture({ 'app.mjs': program });

  const printed = await runFirstProgram(`${ROOT}packages/cli/bin/clew.js`, args, folder.path);

  expect(printed).toEqual({ stdout, stderr });
});

test("the program of the SDK's README prints what it says", async () => {
  const [, program = '', output = ''] = /```js\n([^]*?)```\s+prints\s+```\n([^]*?)```/.exec(SDK_README) ?? [];
  using folder = fixture({ 'app.mjs': program });
  const child = spawn(process.execPath, ['app.mjs'], { cwd: folder.path, stdio: ['ignore', 'pipe', 'inherit'] });

  expect(await text(child.stdout)).toBe(output);
});

test('the program of the section on queues prints what it says', async () => {
  const section = README.slice(README.indexOf('## Queues'));
  const [, program = '', output = ''] = /```js\n([^]*?)```\s+```\n([^]*?)```/.exec(section) ?? [];
  using folder = fixture({ 'app.mjs': program });
  const child = spawn(process.execPath, ['app.mjs'], { cwd: folder.path, stdio: ['ignore', 'pipe', 'inherit'] });

  expect(await text(child.stdout)).toBe(output);
  expect(output).toContain('mail.send');
});

/** The cells of every table row that has this many. */
function tableRows(markdown: string, columns: number): string[][] {
  return markdown
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) =>
      line
        .slice(2, -2)
        .split(' | ')
        .map((cell) => cell.trim()),
    )
    .filter((cells) => cells.length === columns);
}

function defaultOf(path: string): unknown {
  return path.split('.').reduce<unknown>((value, key) => (value as Record<string, unknown>)[key], DEFAULTS);
}

function printed(value: unknown): string {
  if (Array.isArray(value)) return value.length > 0 ? `\`${value.join(',')}\`` : '';
  return ['string', 'number', 'boolean'].includes(typeof value) ? `\`${value as string}\`` : '';
}

/** The first block of YAML. */
function yamlIn(markdown: string): string {
  return /```yaml\n([^]*?)```/.exec(markdown)?.[1] ?? '';
}
