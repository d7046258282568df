import type { MapNode } from '../../src/api/answers.ts';
import { fieldTerm } from '../list/query-terms.ts';

/** The search for the traces that a node has a part in: its service, or the words that its calls carry. */
export function nodeQuery({ kind, label }: Pick<MapNode, 'kind' | 'label'>): string {
  if (kind === 'service') return fieldTerm('service', label);
  return label
    .split(/\s+/)
    .filter((word) => word !== '')
    .map((word) => (BARE.test(word) ? word : `"${word.replaceAll(/["\\]/g, String.raw`\$&`)}"`))
    .join(' ');
}

/** A word that the search takes for nothing else. */
const BARE = /^(?!error$)[^\s"\\:<>=-][^\s"\\:<>=]*$/i;
