import fc from 'fast-check';

import type { PolicyInput } from '../src/policy/policy-input.ts';

/** Every key of a policy, once. */
export const WHOLE: PolicyInput = {
  version: 1,
  upstream: 'respect-sampled',
  debug: { header: 'x-trace-debug', secret_env: 'TRACE_DEBUG_KEY', max_per_second: 5 },
  forced: { traces_per_second: 50 },
  budget: { spans_per_second: 500, keep_share: 0.6, burst: '10s' },
  limits: {
    buffered_spans: 50_000,
    buffered_bytes: '64MiB',
    trace_age: '30s',
    linger: '250ms',
    spans_per_trace: 2000,
  },
  head: [
    {
      name: 'probes',
      match: { path: ['/healthz', '/metrics'], kind: 'server', parent: 'remote' },
      unless: { 'resource.service.name': 'gateway', links: true },
      ratio: 0,
    },
    { name: 'writes', match: { method: ['POST', 'PUT'], host: '*.shop.example', name: '**' }, ratio: 0.5 },
  ],
  rules: [
    { name: 'errors', match: { error: true }, ratio: 1, weight: 8 },
    { name: 'slow', match: { slower_than: { quantile: 0.99, per: 'http.route', floor: '100ms' } }, ratio: 1 },
    { name: 'very slow', match: { duration: '>2s' }, unless: { route: '/export/**' }, ratio: 1 },
    { name: 'status', match: { 'http.response.status_code': '>=500', status: ['unset', 'error'] }, ratio: 1 },
    { name: 'broken query', match: { any_span: { kind: 'client', error: true } }, ratio: 0.5 },
    { name: 'gold', match: { attributes: { tier: ['gold', 1, true] }, resource: { zone: 'eu-*' } }, ratio: 0.25 },
    { name: 'empty', match: { 'response.empty': true }, drop: true },
  ],
  base: { ratio: 0.05, balance: { by: ['http.route', 'tenant.id'], max_keys: 500 } },
};

/** Values that stand at many places, right in some. */
const odd = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom<unknown>(
    0,
    1,
    -1,
    2,
    0.5,
    1.5,
    true,
    false,
    null,
    '',
    [],
    {},
    '10s',
    '64MiB',
    'server',
    'error',
    'none',
  ),
  fc.constantFrom(
    '>=500',
    '>1s',
    '>1s <500ms',
    '<a',
    '/a/**',
    '>5 <3',
    '\\<a',
    'respect',
    '1h',
    'x'.repeat(256),
    'x'.repeat(257),
  ),
  fc.constantFrom<unknown>(
    '😀'.repeat(256),
    '😀'.repeat(257),
    ['a', 1],
    ['server', 'server'],
    { a: 'b' },
    { 'a.b': '>1' },
  ),
  fc.string({ unit: 'binary' }),
);
const KEYS = [
  'name',
  'match',
  'unless',
  'ratio',
  'drop',
  'weight',
  'rate',
  'a.b',
  'resource.',
  'resource.a',
  'links',
  '.',
];
const oddKey = fc.oneof(
  fc.constantFrom(...KEYS, 'any_span', 'path', 'error', '__proto__', 'x'.repeat(257)),
  fc.string(),
);

/** Whole policies with some places changed, as JSON can hold them. */
export const almostPolicies: fc.Arbitrary<unknown> = fc
  .array(fc.record({ turns: fc.array(fc.nat(50), { maxLength: 6 }), change: fc.nat(3), key: oddKey, value: odd }), {
    maxLength: 4,
  })
  .map((changes) => {
    const policy: unknown = structuredClone(WHOLE);
    for (const { turns, change, key, value } of changes) changeAt(policy, turns, change, key, structuredClone(value));
    return JSON.parse(JSON.stringify(policy));
  });

function changeAt(root: unknown, turns: readonly number[], change: number, key: string, value: unknown): void {
  let parent = root as Record<string, unknown>;
  let at = Object.keys(parent).at((turns[0] ?? 0) % Object.keys(parent).length) ?? '';
  for (const turn of turns.slice(1)) {
    const next = parent[at];
    if (typeof next !== 'object' || next === null) break;
    const keys = Object.keys(next);
    if (keys.length === 0) break;
    parent = next as Record<string, unknown>;
    at = keys.at(turn % keys.length) ?? '';
  }
  if (change === 0) {
    if (Array.isArray(parent)) parent.splice(Number(at), 1);
    else delete parent[at];
  } else if (change === 1 && !Array.isArray(parent)) {
    Object.defineProperty(parent, key, { value, enumerable: true, configurable: true, writable: true });
  } else parent[at] = value;
}
