import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import type { Fixture } from '../support/fixture.ts';
import { installLogger, logInTenPlaces, type Mode } from './log-in-ten-places.ts';
import { LOGGERS } from './logger-under-test.ts';

const INSIDE = ['sync', 'await', 'timer', 'emitter', 'stream', 'worker', 'job', 'child', 'failure'];
const KEYS = ['trace_id', 'span_id', 'trace_flags'];

const MODES: readonly (Mode & { readonly how: string })[] = [
  { how: 'correlated by the application', isExplicit: true, isAutomatic: false },
  { how: 'correlated by the preload', isExplicit: false, isAutomatic: true },
  { how: 'correlated by both', isExplicit: true, isAutomatic: true },
];

describe.each(LOGGERS)('$name', (logger) => {
  const modes = MODES.filter(({ isExplicit }) => isExplicit || logger.runsPlain);
  const runs = modes.flatMap((mode) => [
    { ...mode, type: 'module' as const },
    { ...mode, type: 'commonjs' as const },
  ]);
  let files: Fixture;
  beforeAll(() => void (files = installLogger(logger)));
  afterAll(() => files[Symbol.dispose]());

  test.concurrent.each(runs)('$how ($type) writes each line once, with the ids of its span', async (run) => {
    const { lines, ids, code } = await logInTenPlaces(files, logger, run.type, run);

    expect(code).toBe(0);
    expect([...lines.keys()].toSorted()).toEqual([...INSIDE, 'outside'].toSorted());
    for (const [place, [line = '', ...more]] of lines) {
      expect([place, more]).toEqual([place, []]);
      for (const key of KEYS)
        expect([place, key, timesOf(key, line)]).toEqual([place, key, place === 'outside' ? 0 : 1]);
      if (place !== 'outside') expect([place, JSON.parse(line)]).toMatchObject([place, ids[place]]);
    }
  });
});

function timesOf(key: string, line: string): number {
  return line.split(`"${key}":`).length - 1;
}
