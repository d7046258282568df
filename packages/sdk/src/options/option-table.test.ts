import { readFileSync } from 'node:fs';

import { describe, expect, test } from 'vitest';

import { generateStartOptions, withOptionTables } from '../../scripts/generate-options.mjs';
import { positiveNumber } from './option-kind.ts';
import { OPTION_GROUPS, OPTION_TABLE, type OptionRow } from './option-table.ts';
import { resolveOptions } from './resolve-options.ts';

const textOf = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');
const PACKAGE_README = textOf('../../README.md');
const ROOT_README = textOf('../../../../README.md');

test('the types of the options are those of the table; `npm run generate` writes them anew', () => {
  expect(textOf('./start-options.generated.ts')).toBe(generateStartOptions(OPTION_TABLE, OPTION_GROUPS));
});

test('the tables of the READMEs are those of the table; `npm run generate` writes them anew', () => {
  expect(PACKAGE_README).toBe(withOptionTables(PACKAGE_README, OPTION_TABLE));
  expect(ROOT_README).toBe(withOptionTables(ROOT_README, OPTION_TABLE));
});

test('a section that a row names is one of the README, and a group that is documented has options', () => {
  const sections = OPTION_TABLE.flatMap(({ section }) => section ?? []);
  const missing = sections.filter((section) => !PACKAGE_README.includes(`\n## ${section}\n`));
  const empty = Object.keys(OPTION_GROUPS).filter((group) => !OPTION_TABLE.some((r) => r.path.startsWith(`${group}.`)));

  expect({ missing, empty }).toEqual({ missing: [], empty: [] });
});

describe('one more row, and nothing else, is one more option', () => {
  const dummy: OptionRow = {
    path: 'labyrinth.threads',
    kind: positiveNumber,
    variables: ['CLEW_LABYRINTH_THREADS'],
    default: 7,
    doc: 'Number of threads in the labyrinth.',
    readme: 'root',
  };
  const table = [...OPTION_TABLE, dummy];
  const file = { path: 'clew.config.json', options: { labyrinth: { threads: 3 } } };
  const env = { CLEW_LABYRINTH_THREADS: '2' };
  const code = { labyrinth: { threads: 1 } } as object;

  test.each([
    ['code', 1, { code, env, file }],
    ['environment', 2, { code: {}, env, file }],
    ['file', 3, { code: {}, env: {}, file }],
    ['default', 7, { code: {}, env: {} }],
  ])('that is resolved from: %s', (origin, threads, sources) => {
    const { options, origins, problems } = resolveOptions(sources, table);

    expect(options).toHaveProperty('labyrinth', { threads });
    expect(origins.get(dummy.path)).toBe(origin);
    expect(problems).toEqual([]);
  });

  test('whose mistakes are told', () => {
    const wrong = { labyrinth: { threads: 0 } } as object;

    expect(() => resolveOptions({ code: wrong, env: {} }, table)).toThrow(
      'labyrinth.threads is 0, expected a whole number, 1 or more',
    );
    expect(resolveOptions({ code: {}, env: { CLEW_LABYRINTH_THREADS: 'x' } }, table).problems).toEqual([
      'CLEW_LABYRINTH_THREADS is not a whole number, 1 or more; ignored, using 7 unless it is set elsewhere',
    ]);
  });

  test('that the generated types have, documented', () => {
    expect(generateStartOptions(table, { ...OPTION_GROUPS, labyrinth: 'Ways out.' })).toContain(`
  /** Ways out. */
  labyrinth?: {
    /**
     * Number of threads in the labyrinth.
     *
     * Default: \`7\`. Env: \`CLEW_LABYRINTH_THREADS\`.
     */
    threads?: number;
  };
}`);
    expect(generateStartOptions(table, OPTION_GROUPS)).toContain(`
  readonly labyrinth: {
    readonly threads: number;
  };
}`);
  });

  test('that the READMEs show', () => {
    const cells = '\n| `labyrinth.threads` | `CLEW_LABYRINTH_THREADS` | `7` |';

    expect(withOptionTables(ROOT_README, table)).toContain(`${cells}\n`);
    expect(withOptionTables(PACKAGE_README, table)).toContain(`${cells} Number of threads in the labyrinth. |\n`);
  });
});
