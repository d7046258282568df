import { assignedSecret } from './assigned-secret.ts';
import { MARK } from './redacted.ts';
import type { SecretNames } from './secret-names.ts';

/** A name, the quote behind it that may be escaped, and what assigns: `name=`, `"name": `, `\"name\":`, `name => `. */
const ASSIGNMENT =
  /(?<![\w.-])([\w.-]{1,64}(?:\[\w{0,64}\])?)(?:\\*["'`])?\s*(=>|:=|={1,3}|!={1,2}|<>|[:<>]|\b(?:not\s+)?i?like\b|\b(?:not\s+)?in\b\s*\()(\s*)/gi;

/**
 * Replaces what is assigned to the name of a credential in a program's text, JSON, SQL, a header or a command line:
 * `password=…`, `"apiKey": "…"`, `Authorization: Bearer …`, `--token=…`.
 */
export function redactAssignments(text: string, names: SecretNames): string {
  let result = '';
  let done = 0;
  for (const match of text.matchAll(ASSIGNMENT)) {
    const [all, name = '', operator = '', space = ''] = match;
    if (match.index < done || !names.isCredential(name)) continue;
    const isQuotedName = /["'`]/.test(all);
    const isTight = isQuotedName || (operator === '=' && space === '' && all.length === name.length + 1);
    const secret = assignedSecret(text, match.index + all.length, {
      name,
      before: text[match.index - 1],
      isTight,
      operator,
    });
    if (secret === undefined) continue;
    result += text.slice(done, secret.start) + MARK;
    done = secret.end;
  }
  return done === 0 ? text : result + text.slice(done);
}
