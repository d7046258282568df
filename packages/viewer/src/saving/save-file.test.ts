import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { anyLog, anySpan } from '../../test/any-records.ts';
import { planSpan } from '../../test/build-trace.ts';
import { decodeLogsJson } from '../otlp/decode-logs-json.ts';
import { decodeTracesJson } from '../otlp/decode-traces-json.ts';
import { openSaveFile } from './save-file.ts';

let folder = '';
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'viewer-save-'))));
afterAll(() => rm(folder, { recursive: true }));

test('what is saved is read back as it was, in its order', async () => {
  const batch = fc.oneof(fc.array(anySpan, { maxLength: 3 }), fc.array(anyLog, { maxLength: 3 }));
  await fc.assert(
    fc.asyncProperty(fc.array(batch, { maxLength: 4 }), async (batches) => {
      const file = openSaveFile(join(folder, 'any.jsonl'), fail);

      for (const records of batches) {
        if (isSpans(records)) file.spans(records);
        else file.logs(records);
      }
      file.close();

      const read = (await linesOf('any.jsonl')).map((line) =>
        line.startsWith('{"resourceSpans":') ? decodeTracesJson(line) : decodeLogsJson(line),
      );
      expect(read).toEqual(batches.filter(({ length }) => length > 0));
      expect(file.count()).toBe(read.length);
    }),
  );
});

test('many spans are on several lines, as many as are needed', async () => {
  const spans = Array.from({ length: 1100 }, (_, i) => planSpan(`span ${i}`, { id: i.toString(16).padStart(16, '1') }));
  const file = openSaveFile(join(folder, 'many.jsonl'), fail, 100_000);

  file.spans(spans);
  file.close();

  const lines = await linesOf('many.jsonl');
  expect(lines.flatMap((line) => decodeTracesJson(line)).map((span) => span?.name)).toEqual(
    spans.map(({ name }) => name),
  );
  expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(100_000);
  expect(lines.length).toBeGreaterThan(3);
});

test('a record that is longer than a line may be is left out and told at the end', async () => {
  const problems: string[] = [];
  const file = openSaveFile(join(folder, 'long.jsonl'), (problem) => problems.push(problem), 5000);

  file.spans(
    [planSpan('a'), planSpan('x'.repeat(6000)), planSpan('b')].map((span, i) => ({
      ...span,
      spanId: `${i + 1}`.repeat(16),
    })),
  );
  file.close();

  const spans = (await linesOf('long.jsonl')).flatMap((line) => decodeTracesJson(line) ?? []);
  expect(spans.map(({ name }) => name)).toEqual(['a', 'b']);
  expect(problems).toEqual(['left out 1 record of more than 5000 characters']);
});

test.runIf(existsSync('/dev/full'))('a full disk is told once, and harms nobody', () => {
  const problems: string[] = [];
  const file = openSaveFile('/dev/full', (problem) => problems.push(problem));

  file.spans([planSpan('a')]);
  file.spans([planSpan('b')]);
  file.close();

  expect(problems).toEqual(['no space is left; nothing more is saved']);
  expect(file.count()).toBe(0);
});

test('what was in the file is there until the first line, and is gone when nothing was saved', async () => {
  const path = join(folder, 'before.jsonl');
  const open = async () => {
    await writeFile(path, 'before');
    return openSaveFile(path, fail);
  };

  const written = await open();
  const opened = await readFile(path, 'utf8');
  written.spans([planSpan('a')]);
  written.close();
  const afterSpans = await readFile(path, 'utf8');
  const unused = await open();
  unused.close();

  expect(opened).toBe('before');
  expect(afterSpans).toMatch(/^\{"resourceSpans":.*\n$/);
  expect(await readFile(path, 'utf8')).toBe('');
});

test('a file that cannot be opened throws', () => {
  expect(() => openSaveFile(join(folder, 'missing', 'run.jsonl'), fail)).toThrow('ENOENT');
});

async function linesOf(name: string): Promise<string[]> {
  const text = await readFile(join(folder, name), 'utf8');
  return text.split('\n').filter((line) => line !== '');
}

function isSpans(records: readonly object[]): records is Parameters<ReturnType<typeof openSaveFile>['spans']>[0] {
  return records.some((record) => 'startTimeUnixNano' in record);
}

function fail(problem: string): never {
  throw new Error(problem);
}
