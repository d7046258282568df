import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

import { expect, test } from 'vitest';

import * as traceContext from './index.ts';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const programs = [...readme.matchAll(/```js\n(.*?)```\n\n```\n(.*?)```/gs)].map(([, program = '', output = '']) => ({
  program,
  output,
}));

test('every program in the README has its output there', () => {
  expect(programs).toHaveLength(readme.split('```js').length - 1);
});

test.each(programs)('a program in the README prints what the README says', ({ program, output }) => {
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    cwd: new URL('..', import.meta.url),
    encoding: 'utf8',
  });

  expect(stderr).toBe('');
  expect(withoutNewIds(stdout)).toBe(withoutNewIds(output));
});

test.each(Object.keys(traceContext))('the README mentions %s', (name) => {
  expect(readme).toContain(`\`${name}`);
});

/** The ids of operations differ from run to run; those of traces in the README do not. */
const withoutNewIds = (text: string) => text.replace(/-[\da-f]{16}-/g, '-id-');
