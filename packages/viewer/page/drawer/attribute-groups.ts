import type { DetailPairs, DetailValue } from '../../src/api/answers.ts';

/** Attributes that belong together, by their keys. */
export interface AttributeGroup {
  readonly title: string;
  readonly pairs: DetailPairs;
}

/** Puts attributes into groups by the namespaces of the semantic conventions; what belongs nowhere comes last. */
export function groupAttributes(pairs: DetailPairs): AttributeGroup[] {
  const groups = new Map<string, (readonly [string, DetailValue])[]>(GROUPS.map(([title]) => [title, []]));
  for (const pair of pairs) groups.get(titleOf(pair[0]))?.push(pair);
  return Array.from(groups, ([title, pairs]) => ({ title, pairs })).filter(({ pairs }) => pairs.length > 0);
}

/** Text of the statement that a span sent to a database. */
export function statementOf(pairs: DetailPairs): string | undefined {
  for (const key of STATEMENT_KEYS) {
    const value = pairs.find(([each]) => each === key)?.[1];
    if (typeof value === 'string' && value !== '') return value;
  }
  return undefined;
}

/** Tells the statement, which has a place of its own, from other attributes. */
export function isStatement(key: string): boolean {
  return STATEMENT_KEYS.includes(key);
}

const STATEMENT_KEYS = ['db.query.text', 'db.statement'];
const OTHER = 'Other';
const GROUPS: readonly (readonly [title: string, namespaces: readonly string[]])[] = [
  ['Error', ['error', 'exception']],
  ['HTTP', ['http', 'url', 'user_agent']],
  ['Database', ['db']],
  ['Messaging', ['messaging']],
  ['RPC', ['rpc', 'graphql']],
  ['Network', ['server', 'client', 'network', 'net', 'peer', 'tls', 'dns']],
  ['Code', ['code', 'thread']],
  ['Clew', ['clew', 'sampling']],
  [OTHER, []],
];
const TITLES: ReadonlyMap<string, string> = new Map(
  GROUPS.flatMap(([title, namespaces]) => namespaces.map((each) => [each, title] as const)),
);

function titleOf(key: string): string {
  const dot = key.indexOf('.');
  return TITLES.get(dot === -1 ? key : key.slice(0, dot)) ?? OTHER;
}
