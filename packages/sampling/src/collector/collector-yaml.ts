import { Document, Scalar, visit, type Node } from 'yaml';

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
  const sending = ['exporters', 'load_balancing'];
  comment(first, [...sending, 'protocol', 'otlp', 'tls', 'insecure'], 'Without TLS, in a network of your own.');
  if (isPlaceholder.hostnames) comment(first, [...sending, 'resolver', 'static', 'hostnames'], PLACEHOLDER);
  const second = documentOf(tier2, source, TIER2);
  if (isPlaceholder.endpoint) comment(second, ['exporters', 'otlp_http', 'endpoint'], PLACEHOLDER);
  return { tier1: textOf(first), tier2: textOf(second) };
}

const PLACEHOLDER = 'A placeholder: replace it.';
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

/** Comments a value, or each value of a list. */
function comment(document: Document, path: readonly string[], text: string): void {
  visit(document.getIn(path, true) as Node, {
    Scalar(_, scalar) {
      scalar.comment = ` ${text}`;
    },
  });
}

/** Characters that other parsers take for the end of a line, or refuse, stand in double quotes and can be escaped there. */
function textOf(document: Document): string {
  const text = document.toString({ lineWidth: 0 });
  return text.replaceAll(UNPRINTED, (char) => (char === '\n' ? char : escapeOf(char)));
}
