import { forgetReports } from '@clew/diagnostics';
import { beforeEach, expect, test, vi } from 'vitest';

import { createAccount, dropAtEnd, noteTrouble } from './account.ts';

const lines: string[] = [];
vi.mock('node:fs', async (original) => ({
  ...(await original<typeof import('node:fs')>()),
  writeSync: (_fd: number, line: string) => void lines.push(line),
}));
beforeEach(() => {
  forgetReports();
  lines.length = 0;
});

test.each([
  ['traces', 1, '1 span was dropped: the process ended before it could be sent'],
  ['traces', 2, '2 spans were dropped: the process ended before they could be sent'],
  ['logs', 1, '1 log record was dropped: the process ended before it could be sent'],
  ['logs', 2, '2 log records were dropped: the process ended before they could be sent'],
  ['metrics', 1, '1 collection of metrics was dropped: the process ended before it could be sent'],
  ['metrics', 2, '2 collections of metrics were dropped: the process ended before they could be sent'],
] as const)('of %s that the end leaves behind, %i are told as %j', (signal, count, line) => {
  dropAtEnd(signal, createAccount(), count);

  expect(lines).toEqual([`clew: ${line}\n`]);
});

test('what the end leaves behind because of trouble is told with the trouble', () => {
  const account = createAccount();
  noteTrouble(account, 'nothing listens');

  dropAtEnd('traces', account, 1);

  expect(lines).toEqual(['clew: 1 span was dropped: the process ended, and nothing listens\n']);
  expect(account.dropped).toEqual({ 'the process ended': 1 });
});
