import { appendFile } from 'node:fs/promises';

import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { createRunNotes } from './run-notes.ts';

test('notes are read in their order, with nothing where a field is missing or of another type', async () => {
  const notes = (await createRunNotes())!;
  await appendFile(
    notes.file,
    '{"pid":7,"event":"start","state":"running"}\n{"event":"exit","libraries":["http",3],"sent":"x"}\n',
  );

  const read = await notes.read();
  await notes.remove();

  const empty = { libraries: [], exporters: [], offSampler: '', recorded: 0, sent: 0, dropped: 0, sampledOut: 0 };
  expect(read).toEqual([
    { ...empty, event: 'start', state: 'running' },
    { ...empty, event: 'exit', state: '', libraries: ['http'] },
  ]);
});

test('lines that are no notes are left out, and none throws', async () => {
  const notes = (await createRunNotes())!;
  const line = fc.oneof(fc.json(), fc.string(), fc.constantFrom('null', '[]', '{', '"x"', '{"__proto__":null}'));

  await fc.assert(
    fc.asyncProperty(fc.array(line), async (lines) => {
      await appendFile(notes.file, `${lines.join('\n')}\n`);
      await expect(notes.read()).resolves.toBeInstanceOf(Array);
    }),
  );

  await notes.remove();
});

test('notes that were removed are none', async () => {
  const notes = (await createRunNotes())!;

  await notes.remove();
  await notes.remove();

  expect(await notes.read()).toEqual([]);
});
