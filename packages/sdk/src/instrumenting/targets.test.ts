import { readFileSync } from 'node:fs';

import { expect, test } from 'vitest';

import { generateTargets } from '../../scripts/generate-targets.mjs';

test('the table of targets is what the installed catalogue has; `npm run generate` writes it anew', () => {
  const written = readFileSync(new URL('./targets.generated.ts', import.meta.url), 'utf8');

  expect(written).toBe(generateTargets());
});
