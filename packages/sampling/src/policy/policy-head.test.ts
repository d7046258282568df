import { expect, test } from 'vitest';

import type { PolicyInput } from './policy-input.ts';
import { createPolicyHead, type HeadReads } from './policy-head.ts';
import { readPolicy } from './read-policy.ts';

const CASES: readonly [string, NonNullable<PolicyInput['head']>, HeadReads][] = [
  ['no rules', [], 'nothing'],
  ['a name', [{ name: 'pings', match: { name: 'ping' }, ratio: 0 }], 'nothing'],
  ['kind, parent and resource', [{ name: 'r', match: { kind: 'server', resource: { a: 'b' } }, ratio: 0 }], 'nothing'],
  ['a path', [{ name: 'probes', match: { path: '/healthz' }, ratio: 0 }], 'facts'],
  ['method and host', [{ name: 'r', match: { method: 'GET', host: 'shop' }, ratio: 0 }], 'facts'],
  ['a path that exempts', [{ name: 'r', match: { name: 'a' }, unless: { path: '/' }, ratio: 0 }], 'facts'],
  ['links', [{ name: 'batches', match: { links: true }, ratio: 0.5 }], 'description'],
  ['a function', [{ name: 'own', match: () => true, ratio: 0 }], 'description'],
];

test.each(CASES)('a head with rules about %s says what it reads of a root', (_, head, expected) => {
  const { policy, problems } = readPolicy({ version: 1, head });
  if (policy === undefined) throw new Error(JSON.stringify(problems));

  expect(createPolicyHead(policy, { resource: {} }).reads).toBe(expected);
});
