import { expect, test } from 'vitest';

import { createStateWriter } from './state-writer.ts';

test.each([
  ['', '8', 'ot=th:8'],
  ['ot=th:8', '8', undefined],
  ['ot=th:c', '8', 'ot=th:8'],
  ['ot=th:4', '8', undefined],
  ['ot=th:4', undefined, ''],
  ['foo=1,ot=rv:80000000000000;k:v', '8', 'ot=th:8;rv:80000000000000;k:v,foo=1'],
  ['ot=rv:7fffffffffffff', '8', undefined],
  ['ot=th:8;rv:7fffffffffffff', '8', 'ot=rv:7fffffffffffff'],
])('into %j the threshold %s is written as %j', (before, threshold, after) => {
  const writer = createStateWriter();

  expect(writer.rewrite(before, threshold, true, false)).toBe(after);
  expect(writer.rewrite(before, threshold, true, false)).toBe(after);
});

test.each([
  ['', undefined],
  ['ot=th:4', ''],
  ['ot=rv:80000000000000', 'ot=th:8;rv:80000000000000'],
])('into %j a threshold that the trace id does not pass is written as %j', (before, after) => {
  const writer = createStateWriter();
  writer.rewrite(before, '8', true, false);

  expect(writer.rewrite(before, '8', false, false)).toBe(after);
});
