import { expect, test } from 'vitest';

import { DEFAULTS } from '../options/options.ts';
import { redactArguments } from './redact-arguments.ts';
import { createRedactor } from './redactor.ts';

const redactor = createRedactor(DEFAULTS.redact);

test.each([
  ['job.js --api-key abc', 'job.js --api-key REDACTED'],
  ['job.js --token=abc -n 3', 'job.js --token=REDACTED -n 3'],
  ['job.js --password --verbose', 'job.js --password --verbose'],
  ['job.js db://u:p@h', 'job.js db://REDACTED:REDACTED@h'],
])('%s', (given, expected) => {
  expect(redactArguments(given.split(' '), redactor)).toEqual(expected.split(' '));
});
