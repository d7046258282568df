import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

import { expect, test } from 'vitest';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const programs = [...readme.matchAll(/```js\n(.*?)```\n\n```\n(.*?)```/gs)].map(([, program = '', output = '']) => {
  const [, from = ''] = /'(@clew\/logs.*?)'/.exec(program) ?? [];
  const [, logger = ''] = /.*from '(.*?)'/s.exec(program) ?? [];
  return { name: `${from} with ${logger}`, program, output };
});

test('the README has a program for each logger', () => {
  expect(programs.map(({ name }) => name)).toEqual([
    '@clew/logs/pino with pino',
    '@clew/logs/winston with winston',
    '@clew/logs/bunyan with bunyan',
    '@clew/logs/console with @clew/testing',
    '@clew/logs with log4js',
    '@clew/logs with consola',
  ]);
});

test.each(programs)('its program of $name prints what it says', ({ program, output }) => {
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    cwd: new URL('..', import.meta.url),
    encoding: 'utf8',
    env: {}, // consola is quiet in tests
  });

  expect(stderr).toBe('');
  expect(masked(stdout)).toBe(masked(output));
});

/** Ids, and what else differs from run to run. */
function masked(text: string): string {
  return text
    .replace(/"(time|hostname)":"[^"]*"/g, '"$1":""')
    .replace(/"pid":\d+/g, '"pid":0')
    .replace(/\b(?:[\da-f]{32}|[\da-f]{16}|\d{10,20})\b/g, 'id');
}
