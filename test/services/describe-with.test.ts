import { spawnSync } from 'node:child_process';

import { expect, test } from 'vitest';

import { fixture } from '../support/fixture.ts';
import { ROOT } from '../support/workspace.ts';

const SUITE = `
  import { expect, test } from 'vitest';
  import { describeWith } from '${ROOT}test/services/describe-with.ts';
  describeWith(['REDIS', 'SQS'], 'queues', () => {
    test('a test', () => expect(1).toBe(1));
  });
`;
const COMPLAINT =
  '"queues" needs redis-server on the PATH or CLEW_TEST_REDIS_URL, and python3 on the PATH or CLEW_TEST_SQS_URL';

test('a suite whose services are missing is skipped, and one line tells which', () => {
  const { status, stdout, stderr } = runSuite({});

  expect(stderr.match(/^clew repo: .*$/gm)).toEqual([`clew repo: skipped: ${COMPLAINT}`]);
  expect(stdout).toMatch(/Tests +1 skipped/);
  expect(status).toBe(0);
});

test('a suite whose services are missing fails in CI', () => {
  const { status, stderr } = runSuite({ CI: 'true' });

  expect(stderr).toContain(COMPLAINT);
  expect(status).toBe(1);
});

test('a suite whose services are given runs', () => {
  const { status, stdout } = runSuite({ CI: 'true', CLEW_TEST_REDIS_URL: 'redis://a', CLEW_TEST_SQS_URL: 'http://b' });

  expect(stdout).toMatch(/Tests +1 passed/);
  expect(status).toBe(0);
});

/** Runs the suite where no program is on the PATH. */
function runSuite(env: NodeJS.ProcessEnv) {
  using folder = fixture({ 'queues.test.ts': SUITE });
  const args = [`${ROOT}node_modules/vitest/vitest.mjs`, 'run', '--root', folder.path];
  const surroundings = { PATH: folder.path, HOME: folder.path, NO_COLOR: '1' };
  return spawnSync(process.execPath, args, { env: { ...surroundings, ...env }, encoding: 'utf8' });
}
