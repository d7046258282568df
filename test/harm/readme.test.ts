import { expect, test } from 'vitest';

import { readme } from './generate-table.ts';

test('the table of the README is that of the programs and of the known differences', () => {
  const { written, generated } = readme();

  expect(written).toBe(generated);
});
