import { Readable } from 'node:stream';

import { readPolicy } from '@clew/sampling/policy';
import { expect, test } from 'vitest';

import { shopMinute } from '../../test/record-traces.ts';
import { explain } from './explain-report.ts';
import { readRequests } from '../read-requests.ts';
import { createRecording } from './recording.ts';
import { wantedAttributes } from './wanted-attributes.ts';

const POLICY = readPolicy({
  version: 1,
  head: [{ name: 'probes', match: { path: '/healthz' }, ratio: 0 }],
  rules: [
    { name: 'errors', match: { error: true }, ratio: 1 },
    { name: 'unusual', match: { slower_than: { quantile: 0.9 } }, unless: { name: 'POST *' }, ratio: 0.7 },
    { name: 'checkout', match: { route: '/checkout/**', any_span: { name: 'query' } }, ratio: 0.5 },
    { name: 'quick', match: { duration: '<22ms' }, drop: true },
  ],
  base: { ratio: 0.05 },
}).policy!;

test('the rules that are explained to match are those by which the table has decided', async () => {
  const builder = createRecording({ wanted: wantedAttributes(POLICY), maxBytes: 2 ** 30 });
  await readRequests(Readable.from([Buffer.from(shopMinute(30))]), { spans: builder.add });

  const parts = explain(builder.finish(), POLICY, '').flatMap((trace) => trace.parts);

  const judged = parts.filter(({ part }) => part.judgement !== undefined);
  expect(judged.length).toBeGreaterThan(100);
  for (const { part, rules } of parts) {
    const matching = rules.filter(({ matches }) => matches).map(({ name }) => name);
    expect(matching).toEqual(part.judgement?.matched.map(({ name }) => name) ?? []);
    for (const { matches, reason } of rules) expect(reason === '').toBe(matches);
  }
});
