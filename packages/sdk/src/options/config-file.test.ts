import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, test } from 'vitest';

import { loadConfigFile } from './config-file.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'clew-config-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('a named pipe is told and not waited for', () => {
  execFileSync('mkfifo', [join(folder, 'clew.config.json')]);

  expect(loadConfigFile(folder)).toEqual({ path: 'clew.config.json', problem: 'it is not a regular file' });
});

test('a folder is told', () => {
  mkdirSync(join(folder, 'clew.config.mjs'));

  expect(loadConfigFile(folder)).toEqual({ path: 'clew.config.mjs', problem: 'it is not a regular file' });
});

test('a link to a file is followed, and one that leads nowhere is none', () => {
  writeFileSync(join(folder, 'shared.json'), '{ "serviceName": "linked" }');
  symlinkSync(join(folder, 'nowhere'), join(folder, 'clew.config.mjs'));
  symlinkSync(join(folder, 'shared.json'), join(folder, 'clew.config.json'));

  expect(loadConfigFile(folder)).toEqual({ path: 'clew.config.json', options: { serviceName: 'linked' } });
});

test('a folder that is not there, or that may not be searched, has no config file', () => {
  writeFileSync(join(folder, 'file'), '');

  expect(loadConfigFile(join(folder, 'nowhere'))).toBeUndefined();
  expect(loadConfigFile(join(folder, 'file'))).toBeUndefined();
});

test.skipIf(process.getuid?.() === 0)('a file that may not be read is told', () => {
  writeFileSync(join(folder, 'clew.config.json'), '{}');
  chmodSync(join(folder, 'clew.config.json'), 0);

  expect(loadConfigFile(folder)).toMatchObject({ problem: expect.stringContaining('EACCES') as string });
});

/** Why a file with this text cannot be used. */
function problemOf(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  const file = loadConfigFile(folder);
  return file !== undefined && 'problem' in file ? file.problem : '';
}

test.each([
  'otlp:\n  headers:\n    x-team: S3CRET bad: x',
  'otlp: { headers: { x-api-key: S3CRET, b',
  'a: "S3CRET',
  'a: *S3CRET',
  'a: !S3CRET x: y',
  'a: |S3CRET\n',
  '- a\nb: S3CRET',
  '"\\qS3CRET": 1',
  '"\\xS3CRET": 1',
  'S3CRET: 1\nS3CRET: 2',
])('what is wrong in %j is told without its values', (yaml) => {
  expect(problemOf('clew.config.yaml', yaml)).toMatch(
    /^(?:YAMLParseError: .+ at line \d+, column \d+|Unresolved alias)/,
  );
  expect(problemOf('clew.config.yaml', yaml)).not.toMatch(/S3|RET/);
});

test.each(['{"a": S3CRETxxxxxxxxxxxx, "b": 1}', '{"a": "S3CRET"', '{"a":"S3CRET\n"}', '[1, S3CRET]', '{"a":1 S3CRET}'])(
  'so is what is wrong in %j',
  (json) => {
    expect(problemOf('clew.config.json', json)).toMatch(/^SyntaxError: \w+/);
    expect(problemOf('clew.config.json', json)).not.toMatch(/S3|RET/);
  },
);

test.each([
  ["throw new Error('no key in postgres://ann:S3CRET@h');", /^Error: no key in postgres:.* \(line 2\)$/],
  ["JSON.parse('x S3CRET');", /^SyntaxError: Unexpected token 'x' \(line 2\)$/],
  ['throw null;', /^null$/],
])('a file of code that runs %j is told without secrets', (code, told) => {
  const problem = problemOf('clew.config.js', `\n${code}\nmodule.exports = {};`);

  expect(problem).toMatch(told);
  expect(problem).not.toContain('S3CRET');
});
