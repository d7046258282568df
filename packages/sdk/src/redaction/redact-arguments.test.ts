import { expect, test } from 'vitest';

import { DEFAULTS } from '../options/options.ts';
import { redactArguments } from './redact-arguments.ts';
import { createRedactor } from './redactor.ts';

const redactor = createRedactor(DEFAULTS.redact);

test.each([
  ['job.js --api-key abc', 'job.js --api-key REDACTED'],
  ['job.js --token=abc -n 3', 'job.js --token=REDACTED -n 3'],
  ['job.js --password --verbose', 'job.js --password --verbose'],
  ['exec.js mysql -h db -ps3cret shop', 'exec.js mysql -h db -pREDACTED shop'],
  ['exec.js curl -u ann:s3cret http://x', 'exec.js curl -u ann:REDACTED http://x'],
  ['job.js -p 8080 -u ann', 'job.js -p 8080 -u ann'],
  ['job.js db://u:p@h', 'job.js db://REDACTED:REDACTED@h'],
])('%s', (given, expected) => {
  expect(redactArguments(given.split(' '), redactor)).toEqual(expected.split(' '));
});
