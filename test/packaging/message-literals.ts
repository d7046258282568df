import { globSync, readFileSync } from 'node:fs';
import { basename, relative } from 'node:path';

import { parseAst } from 'rolldown/parseAst';

import { PACKAGES, ROOT } from '../support/workspace.ts';

/** A text in the sources; `…` stands for what a template inserts. */
export interface MessageLiteral {
  /** File and line, as in `packages/sdk/src/start.ts:57`. */
  readonly place: string;
  readonly text: string;
  /** Whether it is long enough to be a part of a sentence, and is not known to be something else. */
  readonly isMessage: boolean;
}

/** Packages whose texts nobody writes to stderr, and one of which only a part speaks to others than its own command. */
const SILENT = new Set(['testing', 'trace-context', 'viewer']);
const SOURCES = [
  ...PACKAGES.filter(({ folder }) => !SILENT.has(basename(folder))).map(
    ({ folder }) => `${relative(ROOT, folder)}/src/**/*.{ts,cts}`,
  ),
  'packages/viewer/src/{otlp,receiver,saving}/*.ts',
  'packages/viewer/src/{start-viewer,viewer-port-error,probe-viewer}.ts',
];
/** Words of secrets, or of what a command was asked to print on stdout; not of messages. */
const OTHER_FILES =
  /\.test\.ts$|\.generated\.ts$|\/redaction\/text\/|\/field-names\.ts$|cli\/src\/sampling\/[\w-]+-report\.ts$/;
/** Properties that hold documentation, types or names of causes. */
const OTHER_PROPERTIES = new Set(['doc', 'defaultDoc', 'type', 'reason', 'codes', 'toString']);
/** Calls whose arguments at these places are no message: names of causes and of work, texts of `--help`. */
const OTHER_ARGUMENTS = new Map<string, readonly number[]>([
  ...[
    'reportOnce',
    'reportLoss',
    'guard',
    'runGuarded',
    'askGuarded',
    'askCallback',
    'settled',
    'reportFailure',
    'SendError',
    'listWhere',
    'given',
  ].map((name) => [name, [0]] as const),
  ...['guardedSubscribe', 'subscribe'].map((name) => [name, [1]] as const),
  ['drop', [3]],
  ...['changeChildEnvironments', 'description', 'option', 'argument', 'usage', 'split'].map(
    (name) => [name, [0, 1]] as const,
  ),
]);

type Node = Readonly<Record<string, unknown>> & { readonly type: string; readonly start: number };

/** Every text of the sources that stderr could show, whole or as a part of a line. */
export function messageLiterals(): MessageLiteral[] {
  return SOURCES.flatMap((pattern) => globSync(pattern, { cwd: ROOT }))
    .filter((file) => !OTHER_FILES.test(file))
    .flatMap(literalsIn);
}

function literalsIn(file: string): MessageLiteral[] {
  const source = readFileSync(ROOT + file, 'utf8');
  const found: MessageLiteral[] = [];
  const visit = (value: unknown, isOther: boolean): void => {
    if (Array.isArray(value)) for (const each of value) visit(each, isOther);
    if (!isNode(value) || isWithoutTexts(value)) return;
    const text = textOf(value);
    if (text !== undefined) {
      const line = source.slice(0, value.start).split('\n').length;
      found.push({
        place: `${file}:${line}`,
        text,
        isMessage: !isOther && /\S \S+ \S/.test(text) && !text.endsWith('.'),
      });
    }
    for (const [key, child] of Object.entries(value)) {
      if (key === 'arguments' && Array.isArray(child)) {
        const others = OTHER_ARGUMENTS.get(calleeOf(value)) ?? [];
        child.forEach((each, index) => visit(each, isOther || others.includes(index)));
      } else visit(child, isOther || (key === 'value' && OTHER_PROPERTIES.has(nameOf(value['key']))));
    }
  };
  visit(parseAst(source, { lang: 'ts' }).body, false);
  return found;
}

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && 'type' in value;

/** Types and names of modules. */
function isWithoutTexts({ type, source }: Node): boolean {
  if (/^(?:Import|Export)/.test(type) && isNode(source)) return true;
  return type.startsWith('TS') && !type.endsWith('Expression');
}

function textOf(node: Node): string | undefined {
  if (node.type === 'Literal') return typeof node['value'] === 'string' ? withoutPrefix(node['value']) : undefined;
  if (node.type !== 'TemplateLiteral') return undefined;
  const quasis = node['quasis'] as readonly { readonly value: { readonly cooked: string } }[];
  return withoutPrefix(quasis.map(({ value }) => value.cooked).join('…'));
}

/** Lines without the name of the program, and without the spaces that set their parts apart. */
const withoutPrefix = (text: string) => text.replace(/^clew(?:: | {2})/, '').replace(/\s+/g, ' ');

/** Name of the function that is called, without what it is a method of. */
function calleeOf({ callee }: Node): string {
  if (!isNode(callee)) return '';
  return nameOf(callee.type === 'MemberExpression' ? callee['property'] : callee);
}

const nameOf = (value: unknown): string => (isNode(value) && typeof value['name'] === 'string' ? value['name'] : '');
