import { readFileSync } from 'node:fs';

/** Returns the output that an example's README prints: its fenced blocks without a language, in order. */
export function printedIn(example: string): string[] {
  const readme = readFileSync(new URL(`../../examples/${example}/README.md`, import.meta.url), 'utf8');
  const blocks = readme.matchAll(/^```(?<language>\w*)\n(?<text>.*?)^```$/gms);
  return [...blocks].filter(({ groups }) => groups?.['language'] === '').map(({ groups }) => groups?.['text'] ?? '');
}
