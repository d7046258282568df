/** A message as the text format shows it: every field is a list, as the format does not say which ones repeat. */
export interface TextMessage {
  readonly [field: string]: readonly TextValue[] | undefined;
}

/** Texts and bytes are bytes; numbers, booleans and names of enums are what is printed. */
export type TextValue = string | Buffer | TextMessage;

const TOKEN = /\s*(?:(\w+)(?:: ("(?:[^"\\]|\\.)*"|[^\s"]+)| (\{))|(\}))/y;
const ESCAPE = /\\([0-7]{3}|.)/g;
const LETTERS: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };

/**
 * Reads what `protoc --decode` prints.
 *
 * @throws SyntaxError for what it does not print
 * @see https://protobuf.dev/reference/protobuf/textformat-spec/
 */
export function parseTextFormat(text: string): TextMessage {
  const root: Record<string, TextValue[]> = {};
  const open = [root];
  const end = text.trimEnd().length;
  for (TOKEN.lastIndex = 0; TOKEN.lastIndex < end;) {
    const at = TOKEN.lastIndex;
    const [, name = '', scalar, opening] = TOKEN.exec(text) ?? [];
    const message = open.at(-1);
    if (TOKEN.lastIndex === 0 || message === undefined) throw new SyntaxError(`unexpected ${text.slice(at, at + 40)}`);
    if (scalar !== undefined) (message[name] ??= []).push(scalarOf(scalar));
    else if (opening === undefined) open.pop();
    else {
      const inner = {};
      (message[name] ??= []).push(inner);
      open.push(inner);
    }
  }
  if (open.length !== 1) throw new SyntaxError('a message does not end');
  return root;
}

function scalarOf(printed: string): TextValue {
  if (!printed.startsWith('"')) return printed;
  const bytes = printed.slice(1, -1).replaceAll(ESCAPE, (_, escaped: string) => {
    return escaped.length === 3 ? String.fromCodePoint(Number.parseInt(escaped, 8)) : (LETTERS[escaped] ?? escaped);
  });
  return Buffer.from(bytes, 'latin1');
}
