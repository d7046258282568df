import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

import { expect, test } from 'vitest';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const programs = [...readme.matchAll(/```js\n(?<program>.*?)```\n\n```\n(?<output>.*?)```/gs)].map(
  ({ groups: { program = '', output = '' } = {} }) => ({ program, output }),
);

test('every program in the README is followed by its output', () => {
  expect(programs).toHaveLength([...readme.matchAll(/```js\n/g)].length);
});

test.each(programs)('program %# prints what the README says', ({ program, output }) => {
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    cwd: new URL('..', import.meta.url),
    encoding: 'utf8',
  });

  expect(stderr).toBe('');
  expect(stdout).toBe(output);
});
