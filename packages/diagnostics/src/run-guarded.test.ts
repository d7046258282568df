import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { forgetReports } from './report-once.ts';
import { askCallback, runGuarded } from './run-guarded.ts';
import { writeLine } from './write-line.ts';

vi.mock('./write-line.ts', () => ({ writeLine: vi.fn<(message: string) => void>() }));

const unhandled = vi.fn<(error: unknown) => void>();

beforeEach(() => {
  forgetReports();
  process.on('unhandledRejection', unhandled);
});

afterEach(() => {
  process.off('unhandledRejection', unhandled);
  vi.mocked(writeLine).mockClear();
});

test('the answer of a callback is passed on, whatever it is', () => {
  for (const answer of [false, undefined, null, 7, {}]) {
    expect(askCallback<unknown>('asking', 1, () => answer)).toBe(answer);
  }

  expect(writeLine).not.toHaveBeenCalled();
});

test('for a callback that throws or answers later there is the other answer, and what it fails with is told', async () => {
  const answers = [
    askCallback<unknown>('the first', 'other', () => fail()),
    askCallback<unknown>('the second', 'other', async () => fail()),
  ];
  runGuarded('the third', async () => fail());
  await new Promise((resolve) => setImmediate(resolve));

  expect(answers).toEqual(['other', 'other']);
  expect(unhandled).not.toHaveBeenCalled();
  expect(vi.mocked(writeLine).mock.calls.map(([line]) => line.replace(/ at .*/, ''))).toEqual([
    'the first failed: Error',
    'the second returned an unusable value; using the default',
    'the second failed: Error',
    'the third failed: Error',
  ]);
});

function fail(): never {
  throw new Error('refused');
}
