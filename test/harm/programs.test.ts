import { expect, test } from 'vitest';

import { LIBRARY_TABLE } from '../../packages/sdk/src/instrumenting/library-table.ts';
import { TARGETS } from '../../packages/sdk/src/instrumenting/targets.generated.ts';
import { KNOWN_DIFFERENCES } from './known-differences.ts';
import { behavesAsBare } from './program-suite.ts';
import { PROGRAMS, WITHOUT_PROGRAM } from './programs.ts';

for (const program of PROGRAMS.filter(({ isQuick }) => isQuick)) behavesAsBare(program, ['require']);

test('every instrumentation has a program, or a reason why it has none', () => {
  const all = [...new Set([...TARGETS, ...LIBRARY_TABLE].map(({ name }) => name))];
  const told = [...new Set([...PROGRAMS.flatMap(({ covers }) => covers), ...Object.keys(WITHOUT_PROGRAM)])];

  expect(told.toSorted()).toEqual(all.toSorted());
});

test('a known difference belongs to a program or to a library', () => {
  expect(KNOWN_DIFFERENCES.filter(({ library, path, reason, ends }) => !library || !path || !reason || !ends)).toEqual(
    [],
  );
});
