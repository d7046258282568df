import { compileToCollector, type CollectorNote, type CompiledPolicy } from '@clew/sampling/collector';
import type { Policy } from '@clew/sampling/policy';
import { printable } from '@clew/viewer';

import { STDIN } from '../input-file.ts';
import type { NamedFile } from './write-files.ts';
import { cell } from './words-report.ts';

/** Facts about the Collectors that only the user knows. */
interface Wishes {
  readonly hostnames?: readonly string[];
  readonly endpoint?: string;
  readonly slowMs?: number;
}

/** A policy for the Collector, and its files in the order of the tiers. */
export interface CollectorFiles extends Pick<CompiledPolicy, 'config' | 'notes'> {
  readonly files: readonly NamedFile[];
}

/** @param file the policy, for the comment in the files */
export function collectorFiles(policy: Policy, file: string, { slowMs, ...wishes }: Wishes): CollectorFiles {
  const source = file === STDIN ? 'stdin' : printable(file);
  const { config, yaml, notes } = compileToCollector(policy, {
    ...wishes,
    source,
    ...(slowMs !== undefined && { slowFromMillis: slowMs }),
  });
  const files = [
    { name: 'collector-tier1.yaml', text: yaml.tier1 },
    { name: 'collector-tier2.yaml', text: yaml.tier2 },
  ];
  return { config, files, notes };
}

/** One line for each difference: where, what is lost, and what is written. */
export function noteLines(notes: readonly CollectorNote[]): string[] {
  return notes.map(({ path, rule, loss, becomes }) => {
    const name = rule === undefined ? '' : ` (${cell(rule)})`;
    return `${path === '' ? 'the policy' : path}${name} ${loss}; ${becomes}`;
  });
}
