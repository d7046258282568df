import { isAlias, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument, visit, type Document } from 'yaml';

import type { Path } from './shape.ts';

/** A place in a text; both numbers begin at 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** A YAML text as values; problems have the offsets that `positionOf` takes. */
export interface YamlText {
  /** `undefined` when there are mistakes. */
  readonly value: unknown;
  readonly mistakes: readonly { readonly problem: string; readonly position: Position }[];
  /** Position of a value, or of its key; of what is nearest above it, where it is not in the text itself. */
  positionOf(path: Path, at: 'key' | undefined): Position;
}

/** Characters of the longest text that is read. */
export const MAX_YAML: number = 128 * 1024;
const MAX_ALIASES = 100;

/** Reads YAML. Messages quote nothing of the text. Throws only what the parser throws. */
export function parseYaml(text: string): YamlText {
  const lineCounter = new LineCounter();
  const positionAt = (offset: number): Position => {
    const { line, col } = lineCounter.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  // Unique keys are checked below: the parser compares each key with all before it.
  const document = parseDocument(text, { prettyErrors: false, lineCounter, uniqueKeys: false, logLevel: 'error' });
  const errors = document.errors.map(({ message, pos }) => ({
    problem: inOurWords(message),
    position: positionAt(pos[0]),
  }));
  const mistakes = errors.length > 0 ? errors : nodeMistakes(document, positionAt);
  const positionOf = (path: Path, at: 'key' | undefined) => positionAt(offsetOf(document, path, at));
  if (mistakes.length > 0) return { value: undefined, mistakes, positionOf };
  const read = valueOf(document);
  if (read !== undefined) return { value: read.value, mistakes, positionOf };
  const position = { line: 1, column: 1 };
  return { value: undefined, mistakes: [{ problem: 'has aliases that cannot be resolved', position }], positionOf };
}

/** The message of the parser, without what it quotes of the text. */
function inOurWords(message: string): string {
  if (message.includes('call stack')) return 'is nested too deeply';
  const words = message.replace(/(?:: | sequence ).*/s, '').replaceAll(/!\S*/g, '!');
  return `is not YAML: ${words.includes(' ') ? words.slice(0, MAX_WORDS) : 'unexpected text'}`;
}

const MAX_WORDS = 120;

/** Keys that stand twice in a mapping or are no texts, and too many aliases: each is looked for in the whole text. */
function nodeMistakes(document: Document, positionAt: (offset: number) => Position): YamlText['mistakes'] {
  const mistakes: { problem: string; position: Position }[] = [];
  let aliases = 0;
  visit(document, {
    Alias(_, alias) {
      aliases += 1;
      if (aliases !== MAX_ALIASES + 1) return;
      mistakes.push({ problem: `has more than ${MAX_ALIASES} aliases`, position: positionAt(alias.range?.[0] ?? 0) });
    },
    Map(_, { items }) {
      const keys = new Set<unknown>();
      for (const { key } of items) {
        const position = positionAt((isNode(key) ? key.range?.[0] : undefined) ?? 0);
        if (!isScalar(key)) mistakes.push({ problem: 'has a key that is no text', position });
        else if (keys.has(String(key.value))) mistakes.push({ problem: 'has a key twice', position });
        else keys.add(String(key.value));
      }
    },
  });
  return mistakes;
}

/** The values, or `undefined` where aliases refer to nothing, to what they are in, or multiply. */
function valueOf(document: Document): { readonly value: unknown } | undefined {
  try {
    return { value: document.toJS({ maxAliasCount: MAX_ALIASES }) };
  } catch (error) {
    if (error instanceof ReferenceError) return undefined;
    throw error;
  }
}

function offsetOf(document: Document, path: Path, at: 'key' | undefined): number {
  let node: unknown = document.contents;
  let offset = rangeStart(node) ?? 0;
  for (const [index, part] of path.entries()) {
    if (isAlias(node)) node = node.resolve(document);
    const isLast = index === path.length - 1;
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === part);
      offset = (isLast && at === 'key' ? undefined : rangeStart(pair?.value)) ?? rangeStart(pair?.key) ?? offset;
      node = pair?.value;
    } else if (isSeq(node)) {
      node = node.items[Number(part)];
      offset = rangeStart(node) ?? offset;
    } else break;
  }
  return offset;
}

const rangeStart = (node: unknown): number | undefined => (isNode(node) ? node.range?.[0] : undefined);
