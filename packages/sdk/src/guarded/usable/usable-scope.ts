import { readProperty } from '@clew/diagnostics';

import { usableName } from './usable-name.ts';

/** Arguments of `getTracer`, `getMeter` and `getLogger`. */
type Scope = [name: string, version: string | undefined, options: { schemaUrl: string } | undefined];

/**
 * Returns the usable part of a scope's name, version and options. A scope without a name has an empty one.
 *
 * @see https://opentelemetry.io/docs/specs/otel/trace/api/#get-a-tracer
 */
export function usableScope(name: unknown, version: unknown, options: unknown): Scope {
  const schemaUrl = usableText(readProperty(options, 'schemaUrl'));
  return [
    usableName('instrumentation scope name', name, ''),
    usableText(version),
    schemaUrl === undefined ? undefined : { schemaUrl },
  ];
}

function usableText(text: unknown): string | undefined {
  return typeof text === 'string'
    ? usableName('version or schema URL of an instrumentation scope', text, '')
    : undefined;
}
