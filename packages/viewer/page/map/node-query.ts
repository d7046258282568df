import type { MapNode } from '../../src/api/answers.ts';
import { fieldTerm } from '../list/query-terms.ts';

/** The search for the traces that a node has a part in. */
export function nodeQuery({ kind, label }: MapNode): string {
  return kind === 'service' ? fieldTerm('service', label) : JSON.stringify(label);
}
