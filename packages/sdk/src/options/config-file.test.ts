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
