import { matchNames } from './name-pattern.ts';
import type { ResolvedRedactOptions } from './redact-options.ts';
import type { TextKind } from './text/redact-text.ts';
import type { SecretNames } from './text/secret-names.ts';

/**
 * Treatment of an attribute because of its name: its value is replaced, replaced unless boolean, hashed, or searched as
 * a text of a kind.
 */
export type AttributeRule = 'withhold' | 'credential' | 'hash' | TextKind;

const KINDS: ReadonlyMap<string, TextKind> = new Map([
  ['url.query', 'query'],
  ['url.fragment', 'query'],
  ['db.query.text', 'database'],
  ['db.statement', 'database'],
]);

/** Names of the semantic conventions, but for captured headers, which may say anything, and process arguments. */
const CONVENTIONAL =
  /^(?!.*\.(?:header|metadata)\.)(?:http|url|net|network|server|client|user_agent|db|rpc|messaging|code|thread)\./;

/** So many names are remembered with their rule; beyond, the application invents names as it goes. */
const MAX_REMEMBERED = 4096;

/** Returns what tells the rule for the name of an attribute. */
export function createAttributeRules(
  options: ResolvedRedactOptions,
  names: SecretNames,
): (name: string) => AttributeRule {
  const isHashed = matchNames(options.hash?.attributes ?? []);
  const isWithheld = matchNames(options.attributes);
  const remembered = new Map<string, AttributeRule>();

  const find = (name: string): AttributeRule => {
    if (isHashed(name)) return 'hash';
    if (isWithheld(name)) return 'withhold';
    if (names.isCredential(name)) return 'credential';
    return KINDS.get(name) ?? (CONVENTIONAL.test(name) ? 'conventional' : 'any');
  };
  return (name) => {
    const known = remembered.get(name);
    if (known !== undefined) return known;
    const rule = find(name);
    if (remembered.size < MAX_REMEMBERED) remembered.set(name, rule);
    return rule;
  };
}
