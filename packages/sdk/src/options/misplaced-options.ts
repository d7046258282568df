import { describeValue } from './describe-value.ts';
import { nearestName } from './nearest-name.ts';
import { isRecord } from './option-kind.ts';
import type { OptionRow } from './option-table.ts';

/** A key that is no option, or a group of options that holds something else. */
export interface MisplacedOption {
  readonly path: string;
  /** Path of the option or group that is likely meant by it: another one, or its own where it holds no group. */
  readonly meant: string | undefined;
  /** Completes the sentence that starts with the path. */
  readonly problem: string;
  /** A remedy, where one is known. */
  readonly advice: string | undefined;
}

/** Finds what stands in `options` where the table has no option. A key that is `undefined` is not there. */
export function misplacedOptions(options: object, table: readonly OptionRow[], prefix = ''): MisplacedOption[] {
  return Object.entries(options).flatMap(([key, value]) => {
    const path = prefix + key;
    if (value === undefined || table.some((row) => row.path === path)) return [];
    const members = keysIn(table, `${path}.`);
    if (members.length === 0) return [unknownOption(key, prefix, table)];
    if (isRecord(value)) return misplacedOptions(value, table, `${path}.`);
    const problem = `is ${describeValue(value)}, expected an object of options: ${members.join(', ')}`;
    const meant = value === null ? undefined : path; // an empty group in YAML
    return [{ path, meant, problem, advice: undefined }];
  });
}

function unknownOption(key: string, prefix: string, table: readonly OptionRow[]): MisplacedOption {
  const sibling = nearestName(key, keysIn(table, prefix));
  const meant =
    sibling === undefined ? table.find(({ path }) => path.endsWith(`.${key}`))?.path : `${prefix}${sibling}`;
  const advice = meant === undefined ? undefined : `did you mean ${meant}?`;
  return { path: prefix + key, meant, problem: 'is not an option of Clew', advice };
}

/** Names of the options and groups directly under a prefix. */
function keysIn(table: readonly OptionRow[], prefix: string): string[] {
  const paths = table.map(({ path }) => path).filter((path) => path.startsWith(prefix));
  return [...new Set(paths.map((path) => path.slice(prefix.length).split('.')[0] as string))];
}
