import { recordSpans } from '@clew/testing';
import { expect, test } from 'vitest';

import { processRecords } from './process-records.ts';
import { tracedBatchHandler, tracedHandler } from './traced-handler.ts';

const NO_MESSAGES = [undefined, null, 7, [null]] as never[];

test.each([
  ['without an SDK', undefined],
  ['with one', recordSpans],
] as const)('%s a handler is given whatever it is called with', async (_, record) => {
  using _recorded = record?.();
  const all = (...args: unknown[]) => args;

  for (const given of NO_MESSAGES) {
    expect(tracedHandler(all)(given)).toEqual([given]);
    expect(tracedBatchHandler((messages) => messages as unknown)(given)).toBe(given);
  }
  expect(tracedHandler(all)({}, 1, 2)).toEqual([{}, 1, 2]);
  const records: unknown[] = [];
  await processRecords({ Records: [null as never] }, (each) => records.push(each));
  expect(records).toEqual([null]);
});
