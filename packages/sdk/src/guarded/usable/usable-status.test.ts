import { SpanStatusCode } from '@opentelemetry/api';
import { expect, test } from 'vitest';

import { usableStatus } from './usable-status.ts';

const ERROR = SpanStatusCode.ERROR;

test.each([
  [
    { code: ERROR, message: 'failed' },
    { code: ERROR, message: 'failed' },
  ],
  [
    { code: ERROR, message: 'm'.repeat(9000) },
    { code: ERROR, message: 'm'.repeat(8192) },
  ],
  [{ code: ERROR, message: 7 }, { code: ERROR }],
  [{ code: ERROR, message: null }, { code: ERROR }],
  [{ code: 'ERROR', message: 'failed' }, undefined],
  [{ code: 3 }, undefined],
  [{}, undefined],
  [undefined, undefined],
  [null, undefined],
])('the status %j is %j', (status, expected) => {
  expect(usableStatus(status)).toEqual(expected);
});
