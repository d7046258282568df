import { readFileSync } from 'node:fs';

import { describeError } from '@clew/diagnostics';

import type { OptionKind } from './option-kind.ts';

/** Path of a file with a certificate or a key in PEM. */
export const pemFile: OptionKind<string> = {
  type: 'string',
  expected: 'the path of a PEM file',
  accepts: (value): value is string => typeof value === 'string' && problemOf(value) === undefined,
  parse(path) {
    const problem = problemOf(path);
    return problem === undefined ? { value: path } : { problem: `names a file that ${problem}` };
  },
};

function problemOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1').includes('-----BEGIN ') ? undefined : 'is not a PEM file';
  } catch (error) {
    return `cannot be read (${(error as NodeJS.ErrnoException).code ?? describeError(error)})`;
  }
}
