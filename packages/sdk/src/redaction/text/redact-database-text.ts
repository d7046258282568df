import { closingQuote } from './closing-quote.ts';
import { MARK } from './redacted.ts';

/** `PASSWORD 'x'`, `PASSWORD('x')`, `SET PASSWORD FOR u TO 'x'`. Double quotes would be the name of a column. */
const SQL_PASSWORD = /\bpassword(?:\s+for\s+\S{1,128})?(?:\s+to)?(?:\s*[(=]\s*|\s+)(')/gi;
/** `IDENTIFIED [WITH plugin] BY|AS|USING [PASSWORD] 'x'`. */
const SQL_IDENTIFIED = /\bidentified(?:\s+with\s+\S{1,128})?\s+(?:by|as|using)(?:\s+password)?\s*(['"])/gi;
/** Passwords of Oracle need no quotes. */
const SQL_BARE_PASSWORD = /\b(identified\s+by\s+)([^\s'"?;:$@%]+)/gi;

/** The secret of a Redis command is what follows the first group of the second pattern. */
const REDIS_COMMANDS: readonly (readonly [command: RegExp, secret: RegExp])[] = [
  [/^\s*AUTH\s/i, /^(\s*AUTH\s+)(?!\[\d+ other)\S.*/is],
  [/^\s*HELLO\s/i, /(\sAUTH\s+)\S.*/is],
  [/^\s*MIGRATE\s/i, /(\sAUTH2?\s+)\S.*/is],
  [/^\s*CONFIG\s+SET\s/i, /(\s(?:requirepass|masterauth|tls-(?:client-)?key-file-pass)\s+)\S+/gi],
  [/^\s*ACL\s+SETUSER\s/i, /(\s[><#!])\S+/g],
];

/** Replaces the passwords in the statements of SQL that make users, in whatever text the statement stands. */
export function redactSql(text: string): string {
  const quoted = redactQuoted(redactQuoted(text, SQL_PASSWORD), SQL_IDENTIFIED);
  return quoted.replace(SQL_BARE_PASSWORD, `$1${MARK}`);
}

/** Replaces the passwords in a Redis command: `AUTH`, `HELLO`, `MIGRATE`, `CONFIG SET` and `ACL SETUSER`. */
export function redactRedisCommand(text: string): string {
  const rule = REDIS_COMMANDS.find(([command]) => command.test(text));
  return rule === undefined ? text : text.replace(rule[1], `$1${MARK}`);
}

/** Replaces what stands in the quotes that a match of the pattern ends with. */
function redactQuoted(text: string, opening: RegExp): string {
  let result = '';
  let done = 0;
  for (const { index, 0: before, 1: quote = '' } of text.matchAll(opening)) {
    const start = index + before.length;
    if (index < done) continue;
    const end = closingQuote(text, start, quote);
    if (end === start) continue;
    result += text.slice(done, start) + MARK;
    done = end;
  }
  return done === 0 ? text : result + text.slice(done);
}
