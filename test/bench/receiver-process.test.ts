import { fileURLToPath } from 'node:url';

import { expect, test } from 'vitest';

import { startReceiverProcess } from './receiver-process.ts';
import { createSpanBatches } from './span-batches.ts';

const VIEWER = fileURLToPath(new URL('./fixtures/viewer-process.mjs', import.meta.url));
const MAX_MEGABYTES = 300;

test('a viewer holds 100,000 spans in 300 MB, also after 300,000 others', { timeout: 120_000 }, async () => {
  await using viewer = await startReceiverProcess((...ports) => [VIEWER, ...ports.map(String)]);
  const batches = createSpanBatches();
  const send = async (count: number) => {
    for (let i = 0; i < count; i++) await viewer.post(batches.next());
    return viewer.residentMegabytes();
  };

  const held = await send(196);
  const afterOthers = await send(600);

  expect(batches.spansPerBatch * 196).toBeGreaterThan(100_000);
  expect(held).toBeLessThan(MAX_MEGABYTES);
  expect(afterOthers).toBeLessThan(MAX_MEGABYTES);
});
