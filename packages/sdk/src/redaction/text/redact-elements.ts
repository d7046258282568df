import { MARK } from './redacted.ts';
import type { SecretNames } from './secret-names.ts';

/** `<password type="x">`, `Key (password)=(`, and a comparison such as `password <> '`. */
const ELEMENT = /<([A-Za-z_][\w.:-]{0,63})(?:\s[^<>]{0,256})?>/g;
const KEY = /\bkey \(([\w",. ()-]{1,256}?)\)=\(/gi;

/**
 * Replaces what stands in the elements of XML with the name of a credential, and the values of such columns in what
 * PostgreSQL says of a key: `Key (token)=(…) already exists.`
 */
export function redactElements(text: string, names: SecretNames): string {
  let result = text;
  if (text.includes('</')) result = replaceBehind(result, ELEMENT, names, elementEnd);
  if (text.includes(')=(')) result = replaceBehind(result, KEY, names, keyEnd);
  return result;
}

type FindEnd = (text: string, start: number) => number;

function replaceBehind(text: string, opening: RegExp, names: SecretNames, endOf: FindEnd): string {
  let result = '';
  let done = 0;
  for (const { index, 0: all, 1: name = '' } of text.matchAll(opening)) {
    if (index < done || !name.split(',').some((each) => names.isCredential(each.trim().replaceAll('"', '')))) continue;
    const start = index + all.length;
    const end = endOf(text, start);
    if (end === start) continue;
    result += text.slice(done, start) + MARK;
    done = end;
  }
  return done === 0 ? text : result + text.slice(done);
}

/** At the next tag, be it the closing one; what is CDATA has its end first. */
function elementEnd(text: string, start: number): number {
  if (!text.startsWith('<![CDATA[', start)) return endAt(text, '<', start);
  return endAt(text, ']]>', start);
}

/** At `) already exists`, `) is not present` and the like; else at the end of the line. */
function keyEnd(text: string, start: number): number {
  KEY_END.lastIndex = start;
  const end = KEY_END.exec(text)?.index ?? text.length;
  return end;
}

const KEY_END = /\) (?:already|is |conflicts|exists|was)|[\r\n]/g;

function endAt(text: string, mark: string, start: number): number {
  const end = text.indexOf(mark, start);
  return end === -1 ? text.length : end;
}
