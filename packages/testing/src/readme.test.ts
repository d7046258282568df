import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

import { expect, test } from 'vitest';

const README = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const PROGRAMS = [...README.matchAll(/```js\n(.*?)```\n\n```\n(.*?)```/gs)];

test.each(['recordSpans()', 'expectNoSecrets('])('the program with %s in the README prints what it says', (call) => {
  const [, program, output] = PROGRAMS.find(([, program]) => program?.includes(call)) ?? [];

  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program ?? ''], {
    cwd: new URL('..', import.meta.url),
    encoding: 'utf8',
  });

  expect(program).toContain(call);
  expect(stderr).toBe('');
  expect(stdout).toBe(output);
});
