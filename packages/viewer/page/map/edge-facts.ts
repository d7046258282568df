import type { MapEdge } from '../../src/api/answers.ts';

/** Looks of an edge. */
export interface EdgeFacts {
  readonly width: number;
  readonly kind: 'calm' | 'slow' | 'failing';
}

/**
 * Draws edges the wider the more calls they stand for; red where calls fail, and marked where calls are slow: slower than
 * most others of the map and than a tenth of a second.
 */
export function edgeFacts(edge: MapEdge, edges: readonly MapEdge[]): EdgeFacts {
  const most = edges.reduce((most, { calls }) => Math.max(most, calls), 1);
  const width = 1.25 + 2.5 * (Math.log1p(edge.calls) / Math.log1p(most));
  if (edge.errors > 0) return { width, kind: 'failing' };
  const slowest = edges.reduce((slowest, { p95Nanos }) => Math.max(slowest, p95Nanos), 0);
  const isSlow = edge.p95Nanos >= SLOW_NANOS && edge.p95Nanos >= slowest / 2;
  return { width, kind: isSlow ? 'slow' : 'calm' };
}

const SLOW_NANOS = 100e6;
