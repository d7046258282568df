import { ownMessage } from '../../redaction/text/own-message.ts';

const QUOTED_LENGTH = 60;
/** A secret is only known with its end, such as the `@` behind a password. */
const READ_LENGTH = 4096;

/** Kind of a value that the application gave, for a message: `undefined`, `null`, `symbol` … Never the value itself. */
export function kindOf(value: unknown): string {
  return value === null ? 'null' : typeof value;
}

/** The same with its article, behind "got": `a string`, `an object`, `undefined`. */
export function aKindOf(value: unknown): string {
  const kind = kindOf(value);
  if (kind === 'null' || kind === 'undefined') return kind;
  return `${kind === 'object' ? 'an' : 'a'} ${kind}`;
}

/** A name as it stands in a message: in quotes, on one line, without secrets, its end cut off where it is long. */
export function quote(name: string): string {
  const shown = ownMessage(name.slice(0, READ_LENGTH));
  return JSON.stringify(shown.length > QUOTED_LENGTH ? `${shown.slice(0, QUOTED_LENGTH)}…` : shown);
}
