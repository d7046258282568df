import { CONFIG_DIRECTORY } from './config-directory.ts';
import { editDistance } from './nearest-name.ts';
import { OPTION_TABLE } from './option-table.ts';

/** Variables that others read: the specification's that have no option of ours, and those of upstream's packages. */
const FOREIGN_VARIABLES = [
  'OTEL_CONFIG_FILE',
  'OTEL_ENTITIES',
  'OTEL_EXPORTER_JAEGER_ENDPOINT',
  'OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION',
  'OTEL_EXPORTER_ZIPKIN_TIMEOUT',
  'OTEL_METRICS_EXEMPLAR_FILTER',
  'OTEL_NODE_EXPERIMENTAL_SDK_METRICS',
  'OTEL_SEMCONV_STABILITY_OPT_IN',
] as const;

const PREFIX = /^(OTEL|CLEW)_/;

/** One sentence for each `OTEL_*` or `CLEW_*` variable that nobody knows and that is one edit away from a known one. */
export function misspeltVariables(env: NodeJS.ProcessEnv): string[] {
  const known = new Set<string>([
    ...OPTION_TABLE.flatMap((row) => row.variables),
    ...FOREIGN_VARIABLES,
    CONFIG_DIRECTORY,
  ]);
  return Object.keys(env)
    .filter((name) => PREFIX.test(name) && !known.has(name))
    .flatMap((name) => {
      const meant = [...known].find((candidate) => isOneEditAway(name, candidate));
      return meant === undefined ? [] : [`${name} is not a known variable; did you mean ${meant}?`];
    });
}

/** Tells whether one letter changed, added, left out, or swapped with its neighbour turns one text into the other. */
export function isOneEditAway(a: string, b: string): boolean {
  return Math.abs(a.length - b.length) <= 1 && editDistance(a, b) === 1;
}
