import { didYouMean } from '../options/nearest-name.ts';
import { OWN_OPTIONS } from '../options/instrumentation-options.ts';
import type { ResolvedOptions } from '../options/options.ts';

/** Options that the instrumentations of OpenTelemetry have where ours stand in for them, and what to do instead. */
const REMEDIES: Readonly<Record<string, string>> = {
  consumeHook: 'add attributes to the active span in the handler',
  consumeTimeoutMs: 'use maxSettleMillis',
  consumerHook: 'add attributes to the active span in the handler',
  logHook: 'add fields with the logger itself, by a mixin, a format or a serializer',
  logKeys: 'name the fields with correlate({ keys }) of @clew/logs, and set disableLogCorrelation here',
  logSeverity: 'choose the level of the logger, or leave records out in logRecordProcessors',
  requestHook: 'add attributes to the active span in a hook of the framework',
  useLinksForConsume: "use relation: 'link'",
};

const HOLD_LEVELS: ReadonlySet<unknown> = new Set([undefined, 'none', 'trace', 'debug', 'info']);

/** Names what is given to instrumentations of ours and has no effect, one line each. */
export function mistakenOptions({ instrumentations }: ResolvedOptions): string[] {
  return Object.entries(OWN_OPTIONS).flatMap(([library, known]) => {
    const given = instrumentations[library];
    return typeof given === 'object' ? mistakesIn(given, library, known) : [];
  });
}

function mistakesIn(given: object, library: string, known: readonly string[]): string[] {
  const unknown = Object.keys(given).filter((name) => !known.includes(name));
  const mistakes = unknown.map((name) => {
    const remedy = (Object.hasOwn(REMEDIES, name) && REMEDIES[name]) || didYouMean(name, known);
    return `instrumentations.${library}.${name} is not an option and has no effect${remedy ? `; ${remedy}` : ''}`;
  });
  if (known.includes('hold') && !HOLD_LEVELS.has(Reflect.get(given, 'hold'))) {
    mistakes.push(`instrumentations.${library}.hold is unknown, expected none, trace, debug or info; nothing is held`);
  }
  return mistakes;
}
