import { ANY, ANY_IN_SEGMENT, isWithoutEnd, ONE_IN_SEGMENT, stepsOf, type Step } from '../policy/glob.ts';
import { UNPRINTED, wellFormed } from './ottl-literal.ts';

const SPECIAL = /[\\.+*?()|[\]{}^$]/;

/** Writes a glob as a regular expression of RE2 that matches the same texts of up to 4096 characters. */
export function globExpression(glob: string): string {
  const steps = stepsOf(glob);
  if (!isWithoutEnd(glob)) return `^${expressionOf(steps)}$`;
  return `^${expressionOf(steps.slice(0, -2))}(?:/${ANYTHING})?$`;
}

const ANYTHING = '(?s:.*)';

function expressionOf(steps: readonly Step[]): string {
  return steps.map(partOf).join('');
}

function partOf(step: Step): string {
  if (step === ANY) return ANYTHING;
  if (step === ANY_IN_SEGMENT) return '[^/]*';
  if (step === ONE_IN_SEGMENT) return '[^/]';
  const char = wellFormed(String.fromCodePoint(step));
  if (char.search(UNPRINTED) === 0) return `\\x{${step.toString(16)}}`;
  return SPECIAL.test(char) ? `\\${char}` : char;
}
