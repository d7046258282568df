import { redactAssignments } from './redact-assignments.ts';
import { redactAuthorization } from './redact-authorization.ts';
import { redactRedisCommand, redactSql } from './redact-database-text.ts';
import { redactCommandLine } from './redact-command-line.ts';
import { redactElements } from './redact-elements.ts';
import { mayHaveForm, redactForms } from './redact-forms.ts';
import { redactParameters } from './redact-parameters.ts';
import { mayHaveUserInfo, redactUserInfo } from './redact-user-info.ts';
import { MARK, REDACTED } from './redacted.ts';
import type { SecretNames } from './secret-names.ts';

/**
 * Kind of a text as a whole: a statement to a database, a query without its `?`, a text that a library writes by a
 * convention, such as a URL or a user agent, or anything. Command lines, elements and forms are looked for in the last
 * kind only: they are rare, and looking for them costs as much as all else.
 */
export type TextKind = 'any' | 'query' | 'database' | 'conventional';

/**
 * Without one of these nothing but a Redis command can hold a secret. The colon of a URL, before a port or before the
 * parameter of a route is none.
 */
const SUSPICIOUS = /[=@%']|(?<!\/):(?!\/\/|\d{1,5}(?:\/|$))|b(?:earer|asic)\s/i;

/** An option of a command line, at the beginning or behind a blank. */
const OPTION = /(?<![^\s"'`([])--?[A-Za-z]/;

/**
 * Replaces what is secret in a text and leaves the rest as it is, byte for byte. The time it takes grows with the
 * length of the text and not faster, whatever the text.
 *
 * @param withDefaults whether more is looked for than values behind `names`
 */
export function redactText(text: string, names: SecretNames, kind: TextKind, withDefaults: boolean): string {
  const isDatabase = kind === 'database' && withDefaults;
  const isFree = kind === 'any';
  const hasForm = isFree && withDefaults && mayHaveForm(text);
  const isSuspicious = SUSPICIOUS.test(text) || (isFree && (OPTION.test(text) || text.includes('</')));
  if (!isDatabase && !hasForm && !isSuspicious) return text;
  let result = text.includes(MARK) ? text.replaceAll(MARK, NO_CHARACTER) : text;
  if (isDatabase) result = redactRedisCommand(result);
  if (hasForm) result = redactForms(result);
  if (isSuspicious) result = redactSuspicious(result, names, kind, withDefaults);
  return result === text ? text : result.replaceAll(MARK, REDACTED);
}

const NO_CHARACTER = '\uFFFD';

function redactSuspicious(text: string, names: SecretNames, kind: TextKind, withDefaults: boolean): string {
  let result = text;
  if (withDefaults && mayHaveUserInfo(result)) result = redactUserInfo(result);
  const hasName = names.mayBeIn(result);
  if (hasName || result.includes('%')) result = redactParameters(result, names, kind === 'query');
  if (kind === 'any' && OPTION.test(result)) result = redactCommandLine(result, names, withDefaults);
  if (!hasName) return result;
  if (kind === 'any') result = redactElements(result, names);
  result = redactAssignments(result, names);
  return withDefaults ? redactSql(redactAuthorization(result)) : result;
}
