/**
 * Compiles a glob: `*` stands for any characters of one path segment, `**` for any characters, `?` for one that is no `/`;
 * a backslash takes the next character as it is. `/orders/**` also matches `/orders`. The time is linear in the text, of
 * which the first 4096 characters are looked at.
 */
export function compileGlob(glob: string): (text: string) => boolean {
  const steps = stepsOf(glob);
  const literal = literalOf(steps);
  if (literal !== undefined) return (text) => text === literal;
  const beyond = glob.endsWith('/**') && !glob.endsWith('\\/**') ? literalOf(steps.slice(0, -1)) : undefined;
  if (beyond !== undefined) return (text) => text.startsWith(beyond) || text === beyond.slice(0, -1);
  const fitsBeforeSlash = isWithoutEnd(glob);
  return (text) => {
    const bounded = text.length > MAX_LENGTH ? text.slice(0, MAX_LENGTH) : text;
    return runs(steps, bounded) || (fitsBeforeSlash && runs(steps, `${bounded}/`));
  };
}

const MAX_LENGTH = 4096;

/** A code point, or one of the three wildcards. */
export type Step = number;
export const ANY = -1;
export const ANY_IN_SEGMENT = -2;
export const ONE_IN_SEGMENT = -3;
const SLASH = 0x2f;
/** Code points beyond it are two characters of a JavaScript string. */
const LAST_OF_ONE_UNIT = 0xff_ff;

/** The steps of a glob, in their order. */
export function stepsOf(glob: string): readonly Step[] {
  const chars = Array.from(glob);
  const steps: Step[] = [];
  for (let i = 0; i < chars.length; i++) {
    const char = chars[i];
    if (char === '*') {
      const isDouble = chars[i + 1] === '*';
      while (chars[i + 1] === '*') i += 1;
      steps.push(isDouble ? ANY : ANY_IN_SEGMENT);
    } else if (char === '?') steps.push(ONE_IN_SEGMENT);
    else {
      if (char === '\\' && i + 1 < chars.length) i += 1;
      steps.push(chars[i]?.codePointAt(0) ?? 0);
    }
  }
  return steps;
}

/** The only text that the steps fit, or `undefined` where there are wildcards. */
export function literalOf(steps: readonly Step[]): string | undefined {
  return steps.some((step) => step < 0) ? undefined : String.fromCodePoint(...steps);
}

/** Returns whether a glob such as `/orders/**` also fits what is before its last slash. */
export const isWithoutEnd = (glob: string): boolean => glob.endsWith('/**');

/**
 * Follows all ways through the steps at once: for each character, the places in the glob that may come next. A way that
 * backs up instead can take time that grows with the power of the wildcards.
 */
function runs(steps: readonly Step[], text: string): boolean {
  let places = [0];
  let next: number[] = [];
  const seenAt = new Int32Array(steps.length + 1).fill(-1);
  const enter = (list: number[], place: number, turn: number): void => {
    for (let at = place; seenAt[at] !== turn; at += 1) {
      seenAt[at] = turn;
      list.push(at);
      const step = steps[at];
      if (step !== ANY && step !== ANY_IN_SEGMENT) return; // a wildcard for none or more can be passed over
    }
  };
  places.length = 0;
  enter(places, 0, 0);
  for (let i = 0; i < text.length && places.length > 0;) {
    const code = text.codePointAt(i) ?? 0;
    i += code > LAST_OF_ONE_UNIT ? 2 : 1;
    next.length = 0;
    for (const place of places) {
      const step = steps[place];
      if (step === code || (step === ONE_IN_SEGMENT && code !== SLASH)) enter(next, place + 1, i);
      else if (step === ANY || (step === ANY_IN_SEGMENT && code !== SLASH)) enter(next, place, i);
    }
    [places, next] = [next, places];
  }
  return places.includes(steps.length);
}
