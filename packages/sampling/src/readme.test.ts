import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

import { expect, test } from 'vitest';

import * as collector from './collector/index.ts';
import * as sampling from './index.ts';
import * as policy from './policy/index.ts';
import * as tail from './tail/index.ts';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const programs = [...readme.matchAll(/```js\n(.*?)```\n\n```\n(.*?)```/gs)].map(([, program = '', output = '']) => ({
  program,
  output,
}));

test('every program in the README has its output there', () => {
  expect(programs).toHaveLength(readme.split('```js').length - 1);
  expect(programs).not.toEqual([]);
});

test.each(programs)('a program in the README prints what the README says', ({ program, output }) => {
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    cwd: new URL('..', import.meta.url),
    encoding: 'utf8',
  });

  expect(stderr).toBe('');
  expect(stdout).toBe(output);
});

test('the policy in the README is one', () => {
  const [, text = ''] = /```yaml\n(.*?)```/s.exec(readme) ?? [];

  expect(policy.readPolicy(text).problems).toEqual([]);
});

test.each(Object.keys({ ...sampling, ...policy, ...tail, ...collector }))('the README mentions %s', (name) => {
  expect(readme).toContain(`\`${name}`);
});
