import type { Store } from '../store/create-store.ts';
import type { MetricListAnswer, StatsAnswer } from './answers.ts';
import type { PageFiles } from './page-files.ts';
import type { TraceIndex } from './trace-index.ts';

/** Parts of the viewer that the endpoints read. */
export interface ApiContext {
  readonly store: Store;
  readonly index: TraceIndex;
  readonly version: string;
  stats(): Omit<StatsAnswer, 'api'>;
  metrics(): Omit<MetricListAnswer, 'api'>;
  files(): PageFiles;
  /** Aborted when the viewer is being closed. */
  readonly closing: AbortSignal;
}
