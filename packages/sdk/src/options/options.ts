import { OPTION_TABLE, type OptionRow } from './option-table.ts';
import type { ResolvedOptions, StartOptions } from './start-options.generated.ts';

export type { ResolvedOptions, StartOptions } from './start-options.generated.ts';

export type DetectorName = ResolvedOptions['resourceDetectors'][number];
export type SamplerName = ResolvedOptions['samplerName'];
export type TraceExporterName = Extract<ResolvedOptions['exporters']['traces'][number], string>;
export type MetricExporterName = ResolvedOptions['exporters']['metrics'][number];
export type LogExporterName = ResolvedOptions['exporters']['logs'][number];
/** Options of OTLP for one signal. */
export type OtlpOptions = NonNullable<NonNullable<StartOptions['otlp']>['traces']>;

/** Every option as it is where nobody sets it. */
export const DEFAULTS: ResolvedOptions = defaultsOf(OPTION_TABLE) as unknown as ResolvedOptions;

/** Builds the groups of a table, with the default of every option in its place. */
export function defaultsOf(table: readonly OptionRow[]): Record<string, unknown> {
  const options: Record<string, unknown> = {};
  for (const row of table) {
    const keys = row.path.split('.');
    const last = keys.pop() as string;
    const group = keys.reduce((at, key) => (at[key] ??= {}) as Record<string, unknown>, options);
    group[last] = row.default;
  }
  return options;
}
