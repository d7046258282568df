import { Document, isScalar, Scalar, visit } from 'yaml';

import type { CollectorConfig } from './collector-config.ts';
import { escapeOf, UNPRINTED, wellFormed } from './ottl-literal.ts';

/** Options that nobody gave: what stands there is to be replaced. */
export interface Placeholders {
  readonly hostnames: boolean;
  readonly endpoint: boolean;
}

/** Writes the configuration of both tiers as YAML. The Collector expands `${…}` in it: dollar signs are doubled. */
export function collectorYaml(
  { tier1, tier2 }: { readonly tier1: CollectorConfig; readonly tier2: CollectorConfig },
  source: string,
  isPlaceholder: Placeholders,
): { readonly tier1: string; readonly tier2: string } {
  const first = documentOf(tier1, source, TIER1);
  if (isPlaceholder.hostnames)
    markPlaceholders(first, ['exporters', 'load_balancing', 'resolver', 'static', 'hostnames']);
  const second = documentOf(tier2, source, TIER2);
  if (isPlaceholder.endpoint) markPlaceholders(second, ['exporters', 'otlp_http', 'endpoint']);
  return { tier1: textOf(first), tier2: textOf(second) };
}

const TIER1 = 'Tier 1 of 2 receives spans, and sends all of a trace to one Collector of tier 2.';
const TIER2 = 'Tier 2 of 2 decides about whole traces. Run one for each host that tier 1 names.';
const NEEDS = 'Needs the OpenTelemetry Collector, distribution contrib, 0.160 or later.';

function documentOf(config: CollectorConfig, source: string, tier: string): Document {
  const document = new Document(config, { aliasDuplicateObjects: false });
  const lines = [`Written by clew sampling collector from ${source.replaceAll(UNPRINTED, ' ')}.`, tier, NEEDS];
  document.commentBefore = lines.map((line) => ` ${line}`).join('\n');
  visit(document, {
    Scalar(key, scalar) {
      if (key === 'key' || typeof scalar.value !== 'string') return;
      const text = wellFormed(scalar.value).replaceAll('$', '$$$$');
      scalar.value = text;
      if (text.search(UNPRINTED) >= 0) scalar.type = Scalar.QUOTE_DOUBLE;
    },
  });
  return document;
}

function markPlaceholders(document: Document, path: readonly string[]): void {
  visit(document.getIn(path, true) as Scalar, {
    Scalar(_, scalar) {
      if (isScalar(scalar)) scalar.comment = ' A placeholder: replace it.';
    },
  });
}

/** Characters that other parsers take for the end of a line, or refuse, stand in double quotes and can be escaped there. */
function textOf(document: Document): string {
  const text = document.toString({ lineWidth: 0 });
  return text.replaceAll(UNPRINTED, (char) => (char === '\n' ? char : escapeOf(char)));
}
