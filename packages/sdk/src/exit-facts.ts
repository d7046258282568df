import type { Status } from './clew-sdk.ts';
import { LIBRARY_TABLE } from './instrumenting/library-table.ts';
import type { ResolvedOptions } from './options/options.ts';

/** Counts of a process' spans by their fate, and settings by which they go nowhere. */
export interface ExitFacts {
  /** Short names of the instrumentations whose library was loaded. */
  readonly libraries: readonly string[];
  /** Names of the exporters of traces; `custom` for those that are objects. */
  readonly exporters: readonly string[];
  /** Name of a sampler that keeps nothing. */
  readonly offSampler?: string;
  readonly recorded: number;
  readonly sent: number;
  readonly dropped: number;
  readonly sampledOut: number;
}

/** Picks the facts that tell why no trace came. */
export function exitFacts(options: ResolvedOptions, { instrumentations, traces }: Status): ExitFacts {
  const atOnce = new Set(LIBRARY_TABLE.filter(({ starts }) => starts === 'at once').map(({ name }) => name));
  const offSampler = offSamplerOf(options);
  return {
    libraries: instrumentations.filter((name) => !atOnce.has(name)),
    exporters: options.exporters.traces.map((exporter) => (typeof exporter === 'string' ? exporter : 'custom')),
    ...(offSampler !== undefined && { offSampler }),
    recorded: traces.recorded,
    sent: traces.sent,
    dropped: Object.values(traces.dropped).reduce((sum, count) => sum + count, 0),
    sampledOut: traces.sampledOut ?? 0,
  };
}

function offSamplerOf({ sampler, sampling, samplerName, samplingRatio }: ResolvedOptions): string | undefined {
  if (sampler !== undefined || sampling !== undefined) return undefined;
  if (samplerName.endsWith('always_off')) return samplerName;
  return samplerName.endsWith('traceidratio') && samplingRatio === 0 ? `${samplerName} with a ratio of 0` : undefined;
}
