import { redactAssignments } from './redact-assignments.ts';
import { redactAuthorization } from './redact-authorization.ts';
import { redactRedisCommand, redactSql } from './redact-database-text.ts';
import { redactParameters } from './redact-parameters.ts';
import { redactUserInfo } from './redact-user-info.ts';
import type { SecretNames } from './secret-names.ts';

/** What a text as a whole is: a statement to a database, a query without its `?`, or anything. */
export type TextKind = 'any' | 'query' | 'database';

/**
 * Without one of these nothing but a Redis command can hold a secret. The colon of a URL, before a port or before the
 * parameter of a route is none.
 */
const SUSPICIOUS = /[=@%']|(?<!\/):(?!\/\/|\d{1,5}(?:\/|$))|b(?:earer|asic)\s/i;

/**
 * Replaces what is secret in a text and leaves the rest as it is, byte for byte. The time it takes grows with the
 * length of the text and not faster, whatever the text.
 *
 * @param withDefaults whether more is looked for than values behind `names`
 */
export function redactText(text: string, names: SecretNames, kind: TextKind, withDefaults: boolean): string {
  let result = text;
  if (kind === 'database' && withDefaults) result = redactRedisCommand(result);
  if (!SUSPICIOUS.test(result)) return result;
  if (withDefaults && (result.includes('@') || result.includes('%40'))) result = redactUserInfo(result);
  const hasName = names.mayBeIn(result);
  if (hasName || result.includes('%')) result = redactParameters(result, names, kind === 'query');
  if (hasName) result = redactAssignments(result, names);
  return hasName && withDefaults ? redactSql(redactAuthorization(result)) : result;
}
