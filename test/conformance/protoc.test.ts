import { expect, test } from 'vitest';

import { runEveryFeature, sorted } from './every-feature.ts';
import { decodeWithProtoc } from './protoc.ts';
import { spansIn } from './spans-in.ts';

test('protoc decodes the spans, attributes and resource that the app recorded, and no field beyond OTLP', async () => {
  const { recorded, posted } = await runEveryFeature();

  const decoded = await Promise.all(posted.map(decodeWithProtoc));

  expect(sorted(decoded.flatMap(spansIn))).toEqual(sorted(recorded));
});

test('what the app recorded is what it meant', async () => {
  const { recorded } = await runEveryFeature();

  const byName = new Map(recorded.map((span) => [span.name, span]));
  const server = byName.get('POST /bestill/{id} 🛒');
  expect(server).toMatchObject({
    traceId: '0af7651916cd43dd8448eb211c80319c',
    parentSpanId: 'b7ad6b7169203331',
    traceState: 'vendor=opaque:1,other@tenant=two',
    kind: 2,
    startTimeUnixNano: '1700000000123456789',
    endTimeUnixNano: '1700000002000000001',
    scope: { name: 'checkout', version: '1.2.3' },
  });
  expect(Object.keys(server?.attributes ?? {})).toHaveLength(26);
  expect(server?.resource).toMatchObject({ 'service.namespace': 'bütik', 'process.pid': expect.any(Number) });
  expect(byName.get('charge card')).toMatchObject({
    parentSpanId: server?.spanId,
    kind: 3,
    status: { code: 2, message: 'declined ❌' },
    events: [
      { name: 'exception', attributes: { 'exception.type': 'TypeError' } },
      { name: 'retry', timeUnixNano: '1700000001999999999', attributes: { reasons: ['timeout', 'reset'] } },
      { name: 'without attributes', attributes: {} },
    ],
  });
  expect(byName.get('send mail')).toMatchObject({ kind: 4, status: { code: 1 }, scope: { version: '' } });
  expect(byName.get('process mail')).toMatchObject({ kind: 5, parentSpanId: '', links: [{}, {}] });
  expect(byName.get('crowded')?.droppedAttributesCount).toBe(2);
  expect(byName.get('')?.parentSpanId).toBe(server?.spanId);
});
