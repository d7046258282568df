import { expect, test } from 'vitest';

import type { PolicyInput } from './policy-input.ts';
import { createPolicyHead } from './policy-head.ts';
import { readPolicy } from './read-policy.ts';

const CASES: readonly [string, NonNullable<PolicyInput['head']>, boolean][] = [
  ['no rules', [], false],
  ['a name', [{ name: 'pings', match: { name: 'ping' }, ratio: 0 }], false],
  ['kind, parent and resource', [{ name: 'r', match: { kind: 'server', resource: { a: 'b' } }, ratio: 0 }], false],
  ['an attribute', [{ name: 'probes', match: { path: '/healthz' }, ratio: 0 }], true],
  ['an attribute that exempts', [{ name: 'r', match: { name: 'a' }, unless: { path: '/' }, ratio: 0 }], true],
  ['links', [{ name: 'batches', match: { links: true }, ratio: 0.5 }], true],
  ['a function', [{ name: 'own', match: () => true, ratio: 0 }], true],
];

test.each(CASES)('a head with rules about %s says whether it reads descriptions of spans', (_, head, expected) => {
  const { policy, problems } = readPolicy({ version: 1, head });
  if (policy === undefined) throw new Error(JSON.stringify(problems));

  expect(createPolicyHead(policy, { resource: {} }).readsDescriptions).toBe(expected);
});
