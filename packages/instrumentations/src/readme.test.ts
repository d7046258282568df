import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

import { expect, test } from 'vitest';

test('the program in the README prints what the README says', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const [, program, output] = /```js\n(.*?)```\n\n```\n(.*?)```/s.exec(readme) ?? [];

  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program ?? ''], {
    cwd: new URL('..', import.meta.url),
    encoding: 'utf8',
  });

  expect(program).toContain('new ChildProcessInstrumentation({ env: process.env })');
  expect(stderr).toBe('');
  expect(withoutIds(stdout)).toBe(withoutIds(output ?? ''));
});

const withoutIds = (text: string) => text.replaceAll(/[\da-f]{16,32}/g, 'id');
