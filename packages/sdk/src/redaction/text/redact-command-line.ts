import { MARK } from './redacted.ts';
import type { SecretNames } from './secret-names.ts';

/**
 * Replaces the secrets of command lines wherever a text has one, as Node's `Command failed: …` does: the argument behind
 * `--password` and its like, and what known programs take by a letter, as in `mysql -pSECRET` and `curl -u ann:SECRET`.
 */
export function redactCommandLine(text: string, names: SecretNames, withDefaults: boolean): string {
  let result = '';
  let done = 0;
  let options: LetterOptions | undefined;
  let before: Expected | undefined;
  for (const { index, 0: word } of text.matchAll(WORDS)) {
    const secret = before === undefined ? attached(word, options) : valueIn(word, before);
    if (secret !== undefined && secret.start < secret.end) {
      result += text.slice(done, index + secret.start) + MARK;
      done = index + secret.end;
    }
    if (withDefaults) options = SEPARATOR.test(word) ? undefined : (PROGRAMS.get(programIn(word)) ?? options);
    before = secret === undefined ? expectedBehind(word, names, options) : undefined;
  }
  return done === 0 ? text : result + text.slice(done);
}

/** Value of an option: the whole word behind it, or the part of that word behind the user's name. */
type Expected = 'secret' | 'secret of a name' | 'secret of a user';

interface LetterOptions {
  /** Options whose value is the next word. */
  readonly next: Readonly<Record<string, Expected>>;
  /** Option whose value is the rest of the same word. */
  readonly attached: string;
}

interface Range {
  readonly start: number;
  readonly end: number;
}

/** A word, or what stands in quotes with a blank in it. */
const WORDS =
  /"(?:[^"\\\r\n]|\\.){0,200}"|'[^'\r\n]{0,200}'|[^\s"']+(?:"[^"\r\n]{0,200}"|'[^'\r\n]{0,200}')?|["'][^\s"']*/g;
const SEPARATOR = /^[|;&]+$|[;|&]$/;
const LONG_OPTION = /^--?([A-Za-z][\w.-]{1,63})$/;
/** Words that follow an option where a text speaks of it and does not use it. */
const PROSE =
  /^(?:is|was|are|to|or|and|of|for|in|on|with|not|must|should|cannot|can|has|have|needs?|requires?|required|missing|option|flag|argument|instead|if|as|the|a|an)[.,;:!?]?$/i;

const userBehind = { '-u': 'secret of a user', '--user': 'secret of a user', '-U': 'secret of a user' } as const;
const PROGRAMS: ReadonlyMap<string, LetterOptions> = new Map(
  [
    ['mysql mysqldump mysqladmin mysqlimport mysqlsh mariadb mariadb-dump mariadb-admin', {}, '-p'],
    ['curl', { ...userBehind, '--proxy-user': 'secret of a user' }, '-u'],
    ['http https xh', { '-a': 'secret of a user' }, ''],
    ['smbclient', userBehind, '-U'],
    ['sshpass', { '-p': 'secret' }, '-p'],
    ['redis-cli valkey-cli', { '-a': 'secret' }, '-a'],
    ['mongo mongosh mongodump mongorestore mongoexport mongoimport docker podman', { '-p': 'secret' }, '-p'],
    ['sqlcmd bcp', { '-P': 'secret' }, '-P'],
    ['ldapsearch ldapmodify ldapadd', { '-w': 'secret' }, '-w'],
    ['zip unzip', { '-P': 'secret' }, ''],
    ['7z 7za', {}, '-p'],
    ['openssl', { '-passin': 'secret', '-passout': 'secret', '-k': 'secret' }, ''],
  ].flatMap(([programs, next, attachedOption]) => {
    const options = { next, attached: attachedOption } as LetterOptions;
    return (programs as string).split(' ').map((program): [string, LetterOptions] => [program, options]);
  }),
);

/** The name of a program, without its folder and what a shell puts around it. */
function programIn(word: string): string {
  return word.length > 200 ? '' : (/([\w.+-]{1,40}?)(?:\.exe)?$/.exec(word)?.[1] ?? '');
}

function expectedBehind(word: string, names: SecretNames, options: LetterOptions | undefined): Expected | undefined {
  const known = options?.next[word];
  if (known !== undefined) return known;
  const name = word.length <= 66 ? LONG_OPTION.exec(word)?.[1] : undefined;
  return name !== undefined && names.isCredential(name) ? 'secret of a name' : undefined;
}

function valueIn(word: string, expected: Expected): Range | undefined {
  const isQuoted = /^["']/.test(word);
  const isClosed = isQuoted && word.length > 1 && word.endsWith(word.charAt(0));
  const start = isQuoted ? 1 : 0;
  const end = isClosed ? word.length - 1 : withoutEnd(word);
  if (expected === 'secret of a user') {
    const colon = word.search(/[:%]/);
    return colon === -1 ? undefined : { start: colon + 1, end };
  }
  if (expected === 'secret of a name' && !isQuoted && (word.startsWith('-') || PROSE.test(word))) return undefined;
  return { start, end };
}

/** A secret that stands in the same word as its option, as in `-pSECRET`. */
function attached(word: string, options: LetterOptions | undefined): Range | undefined {
  if (options === undefined || options.attached === '' || !word.startsWith(options.attached)) return undefined;
  const start = options.attached.length;
  if (word.length <= start) return undefined;
  const rest = valueIn(word.slice(start), options.attached.toLowerCase() === '-u' ? 'secret of a user' : 'secret');
  return rest === undefined ? undefined : { start: start + rest.start, end: start + rest.end };
}

/** The end of a word without what separates commands or ends a quoted text. */
function withoutEnd(word: string): number {
  let end = word.length;
  while (end > 0 && ';|&`)'.includes(word.charAt(end - 1))) end -= 1;
  return end;
}
